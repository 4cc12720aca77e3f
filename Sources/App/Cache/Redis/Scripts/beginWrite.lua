-- KEYS: temp_lock:{id}, temp_order:{id}, orders:detail:{id}, temp_jobs
-- ARGV: token of the lock, life of the lock in milliseconds, order id
-- Returns: 0 if somebody else has the lock; otherwise the pending order, the order as it was read last, and the
--   mark of its newest pending write, of which each may be nil.
-- Why: whoever is about to queue a write to an order must be the only one, and must know the order as it is then.
if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 0 end
local found = redis.call('MGET', KEYS[2], KEYS[3])
found[3] = redis.call('HGET', KEYS[4], ARGV[3])
return found
