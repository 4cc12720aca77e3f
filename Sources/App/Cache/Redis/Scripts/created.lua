-- KEYS: temp_order:{id}...
-- ARGV: TTL in seconds
-- Returns: the number of keys.
-- Why: these orders were created. Those of which no newer write is pending are not pending any more. Nearly all
--   writes are creations, and a key is all that has to be known of each. Where nothing but creations is pending,
--   `temp_jobs` isn't there, and nobody looks into it for each order. Besides KEYS the script reads `temp_jobs`.
local ttl = ARGV[1]
local marked = redis.call('EXISTS', 'temp_jobs') == 1
for i = 1, #KEYS do
    local order = KEYS[i]
    if not marked or redis.call('HEXISTS', 'temp_jobs', string.sub(order, 12)) == 0 then
        if ttl == '0' then redis.call('DEL', order) else redis.call('EXPIRE', order, ttl) end
    end
end
return #KEYS
