-- KEYS: temp_order:{id}
-- ARGV: order
-- Returns: 1 if the order was taken back, 0 if something else is shown by now.
-- Why: the order was shown and is not accepted.
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
