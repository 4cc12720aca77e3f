-- KEYS: orders:idempotency:{key}...
-- ARGV: milliseconds since 1970
-- Returns: the number of keys.
-- Why: all orders were deleted in the database, so what is known of requests that were done before goes. The seed
--   of a request is an id of version 7, which begins with its time. A request that is under way, or of unknown
--   fate, stays.
for i = 1, #KEYS do
    local found = redis.call('HMGET', KEYS[i], 's', 't')
    local made = tonumber(string.sub(found[1] or '', 1, 8) .. string.sub(found[1] or '', 10, 13), 16)
    if not found[2] and (not made or made < tonumber(ARGV[1])) then redis.call('DEL', KEYS[i]) end
end
return #KEYS
