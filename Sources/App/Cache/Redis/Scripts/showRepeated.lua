-- KEYS: temp_order:{id}, {temp_order:{id}}:version
-- ARGV: order
-- Returns: 1 if the order is shown, 0 if something is known of it.
-- Why: an earlier attempt of the same request may have created this order, and somebody may have changed or deleted it
--   since.
if redis.call('EXISTS', KEYS[1], KEYS[2]) > 0 then return 0 end
redis.call('SET', KEYS[1], ARGV[1])
return 1
