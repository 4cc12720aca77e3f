-- KEYS: orders:idempotency:{key}, orders:idempotency_since
-- ARGV: token, fingerprint, seed, life of the claim in milliseconds, life of the record in milliseconds
-- Returns: what it found, the seed to go on with, and for how many milliseconds this Redis has remembered. It
--   found:
--     0  nothing; it is claimed now
--     1  an attempt that ended without anybody knowing how; it is claimed now
--     2  a request that is under way
--     3  a request that is done
--     4  a request with another body
-- Why: of all requests with one key only one may run at a time. The time is the server's because the instances' may
--   differ.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('SET', KEYS[2], string.format('%.0f', now), 'NX')
local age = now - redis.call('GET', KEYS[2])
local found = redis.call('HMGET', KEYS[1], 'f', 's', 't', 'u')
local ends = string.format('%.0f', now + ARGV[4])
if not found[1] then
    redis.call('HSET', KEYS[1], 'f', ARGV[2], 's', ARGV[3], 't', ARGV[1], 'u', ends)
    redis.call('PEXPIRE', KEYS[1], ARGV[5])
    return {0, ARGV[3], age}
end
if found[1] ~= ARGV[2] then return {4, found[2], age} end
if not found[3] then return {3, found[2], age} end
if tonumber(found[4]) > now then return {2, found[2], age} end
redis.call('HSET', KEYS[1], 't', ARGV[1], 'u', ends)
return {1, found[2], age}
