-- KEYS: orders:reset
-- ARGV: version of the reset
-- Returns: 1 if it is the newest reset now, 0 if a newer one is known.
-- Why: two instances may delete all orders at about the same time.
local known = redis.call('GET', KEYS[1])
if known and known > ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1])
return 1
