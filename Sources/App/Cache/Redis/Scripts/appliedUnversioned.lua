-- KEYS: none
-- ARGV: TTL in seconds, life of a version in milliseconds, (what became of the write, order id, job id, version)...
-- Returns: the number of arguments.
-- Why: these changes of instances of an earlier version of the service are over. What became of one is a letter:
--     u  updated         r  a change that the database refused
--     x  deleted, or without effect because the order is not there
--   The database has given the version to the order's state, or, where it refused the change, none. The order is not
--   pending any more if this was its newest write (`temp_jobs`), or if nothing is known of a newer one. After an x later
--   changes of the order have no effect either, so whatever is pending of it is over: a change that such an instance is
--   about to show finds its lock gone. The keys are made here: which of an order's keys are needed depends on what Redis
--   knows of it.
local ttl = tonumber(ARGV[1])
local life = ARGV[2] + 1000 * ttl
local marked = redis.call('EXISTS', 'temp_jobs') == 1
for i = 3, #ARGV, 4 do
    local what, id, job, version = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
    local order = 'temp_order:' .. id
    local key = '{' .. order .. '}:version'
    local known = redis.call('GET', key) or ''
    local at = string.sub(known, 1, 16)
    local newest = marked and redis.call('HGET', 'temp_jobs', id)
    local mine = newest and string.sub(newest, 2) == job
    local shown = mine and what == 'u' and at < version
    if what == 'x' then
        redis.call('DEL', order, 'temp_lock:' .. id, 'temp_early:' .. id)
    else
        local newer = at > version and string.find(known, '[ud]$')
        if shown and ttl > 0 then
            redis.call('EXPIRE', order, ttl)
        elseif mine or not (newest or newer) then
            redis.call('DEL', order)
        end
        if redis.call('EXISTS', 'temp_lock:' .. id) == 1 then
            redis.call('SET', 'temp_early:' .. id, job, 'PX', 20000)
        end
    end
    if newest and (mine or what == 'x') then
        redis.call('HDEL', 'temp_jobs', id)
        newest = false
    end
    if what ~= 'r' and at < version and not newest then
        redis.call('SET', key, version .. (shown and 'a' or 'o'), 'PX', life)
    end
    redis.call('DEL', 'orders:detail:' .. id, 'orders:lease:' .. id)
end
return #ARGV
