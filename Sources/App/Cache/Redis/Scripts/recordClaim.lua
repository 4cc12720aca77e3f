-- KEYS: orders:idempotency:{key}
-- ARGV: token, fingerprint, seed, life of the record in milliseconds
-- Returns: 1 if it is recorded, 0 if somebody else has claimed the key since.
-- Why: the request is done, and a retry of it shall get the same answer. It is recorded also in a Redis that was
--   wiped since the request was claimed.
local found = redis.call('HMGET', KEYS[1], 'f', 't')
if found[1] and found[2] ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'f', ARGV[2], 's', ARGV[3])
redis.call('HDEL', KEYS[1], 't', 'u')
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1
