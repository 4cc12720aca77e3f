-- KEYS: {temp_order:{id}}:lock, temp_order:{id}, {temp_order:{id}}:version
-- ARGV: token of the lock, version with u for an update or d for a delete, order, TTL in seconds
-- Returns: 1 if the write is shown as pending, 0 if it is over already or a newer one is known.
-- Why: the write is in the queue, so readers may see it. A worker may have applied it before this step: then the order
--   is shown for its TTL, and not for longer than its version is known. What an instance of an earlier version of the
--   service has changed before is not the newest write any more (`temp_jobs`). The lock ends in any case, if it is still
--   the caller's.
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
local known = redis.call('GET', KEYS[3]) or ''
local version = string.sub(ARGV[2], 1, 16)
if string.sub(known, 1, 16) < version then
    redis.call('SET', KEYS[2], ARGV[3])
    redis.call('SET', KEYS[3], ARGV[2])
    redis.call('HDEL', 'temp_jobs', string.sub(KEYS[2], 12))
    return 1
end
local life = math.min(1000 * ARGV[4], redis.call('PTTL', KEYS[3]))
if known == version .. 'a' and life > 0 then redis.call('SET', KEYS[2], ARGV[3], 'PX', life) end
return 0
