-- KEYS: orders:idempotency:{key}
-- ARGV: token, 1 if the seed must stay for the next attempt and 0 otherwise
-- Returns: 1 if the claim was ended, 0 if it was somebody else's.
-- Why: a request that was refused leaves nothing. One of unknown fate leaves its seed, so that a retry makes the
--   same orders.
if redis.call('HGET', KEYS[1], 't') ~= ARGV[1] then return 0 end
if ARGV[2] == '0' then return redis.call('DEL', KEYS[1]) end
redis.call('HSET', KEYS[1], 'u', '0')
return 1
