-- KEYS: {temp_order:{id}}:lock, temp_order:{id}, {temp_order:{id}}:version
-- ARGV: token of the lock, life of the lock in milliseconds
-- Returns: 0 if somebody else has the lock; otherwise the pending order and its version, of which each may be nil, and
--   the time in seconds and microseconds.
-- Why: whoever is about to queue a write to an order must know the order as it is then, and give the write a version
--   above its own. The time is the server's because the instances' may differ.
if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 0 end
local found = redis.call('MGET', KEYS[2], KEYS[3])
local time = redis.call('TIME')
return {found[1], found[2], time[1], time[2]}
