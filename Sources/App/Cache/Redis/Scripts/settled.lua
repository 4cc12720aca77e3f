-- KEYS: none
-- ARGV: TTL in seconds, life of a version in milliseconds, (order id, version, 1 or 0)...
-- Returns: how many of the orders have something pending that is newer.
-- Why: nothing of these orders is pending up to these versions. With 1 the database has exactly that state; then it
--   stays for its TTL, and otherwise it goes. What is pending and newer stays. The version stays longer than the order,
--   so that whoever comes late can't show an older state. `temp_jobs` says which orders an instance of an earlier
--   version of the service has changed: what is pending of those is that change.
local ttl = tonumber(ARGV[1])
local life = ARGV[2] + 1000 * ttl
local marked = redis.call('EXISTS', 'temp_jobs') == 1
local newer = 0
for i = 3, #ARGV, 3 do
    local order, version, shown = 'temp_order:' .. ARGV[i], ARGV[i + 1], ARGV[i + 2] == '1'
    local key = '{' .. order .. '}:version'
    local known = redis.call('GET', key) or ''
    local at, what = string.sub(known, 1, 16), string.sub(known, 17)
    local pending = what == 'u' or what == 'd'
    local other = marked and redis.call('HEXISTS', 'temp_jobs', ARGV[i]) == 1
    if other or (pending and at > version) then newer = newer + 1 end
    if at < version or (pending and at == version) then
        if not other then
            if at == version and shown and ttl > 0 then
                redis.call('EXPIRE', order, ttl)
            else
                redis.call('DEL', order)
            end
        end
        redis.call('SET', key, version .. (shown and not other and 'a' or 'o'), 'PX', life)
    end
end
return newer
