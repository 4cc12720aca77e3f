-- KEYS: {temp_order:{id}}:lock
-- ARGV: token of the lock
-- Returns: 1 if the lock was given back, 0 if it was somebody else's or nobody's.
-- Why: the write did not come about, and the next one shall not wait for the lock's own end.
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
