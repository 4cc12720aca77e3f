-- KEYS: temp_order:{id}...
-- ARGV: TTL in seconds
-- Returns: the number of keys.
-- Why: these orders are in the database as they were created. Those of which nothing newer is known are not pending
--   any more. Nearly all writes are creations, and a key is all that has to be known of each. Besides KEYS the script
--   reads the versions beside them, all in one command, and those of earlier versions of the service that go on beside
--   this one: `temp_jobs`.
local ttl = ARGV[1]
local versions = {}
for i = 1, #KEYS do versions[i] = '{' .. KEYS[i] .. '}:version' end
local newer = redis.call('MGET', unpack(versions))
local marked = redis.call('EXISTS', 'temp_jobs') == 1
for i = 1, #KEYS do
    local order = KEYS[i]
    if not newer[i] and not (marked and redis.call('HEXISTS', 'temp_jobs', string.sub(order, 12)) == 1) then
        if ttl == '0' then redis.call('DEL', order) else redis.call('EXPIRE', order, ttl) end
    end
end
return #KEYS
