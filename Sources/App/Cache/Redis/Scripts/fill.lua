-- KEYS: orders:lease:{id}, orders:detail:{id}
-- ARGV: lease, order, TTL in seconds
-- Returns: 1 if the lease was still there, 0 if it wasn't.
-- Why: what was read from the database is kept only if no write to the order was applied since the lease was taken.
--   A TTL of 0 keeps nothing and only gives the lease back.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
if ARGV[3] ~= '0' then redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[3]) end
return 1
