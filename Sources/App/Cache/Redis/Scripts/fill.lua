-- KEYS: orders:detail:{id}, orders:version:{orders:detail:{id}}
-- ARGV: version, order, TTL in seconds, life of the version in milliseconds
-- Returns: 1 if the order is kept, 0 if a newer one is known.
-- Why: what was read from the database may be older than what is known by now.
local known = redis.call('GET', KEYS[2])
if known and known > ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[4])
return 1
