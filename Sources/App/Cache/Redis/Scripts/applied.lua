-- KEYS: none
-- ARGV: TTL in seconds, (what became of the write, order id, job id)...
-- Returns: the number of arguments.
-- Why: these writes are over, other than creations that succeeded. What became of a write is one letter:
--     n  not created      u  updated         r  a change that the database refused
--     x  deleted, or without effect because the order is not there
--   An order is not pending any more if this was its newest write, or if nothing is known of a newest write. After
--   an x later changes of the order have no effect either, so whatever is pending of it is over: a change that is
--   about to be shown finds its lock gone. The keys are made here: which of an order's keys are needed depends on
--   what Redis knows of it.
local ttl = ARGV[1]
local marked = redis.call('EXISTS', 'temp_jobs') == 1
local function settle(order)
    if ttl == '0' then redis.call('DEL', order) else redis.call('EXPIRE', order, ttl) end
end
for i = 2, #ARGV, 3 do
    local what, id, job = ARGV[i], ARGV[i + 1], ARGV[i + 2]
    local order = 'temp_order:' .. id
    local newest = marked and redis.call('HGET', 'temp_jobs', id)
    if what == 'n' then
        if not newest then redis.call('DEL', order) end
    elseif what == 'x' then
        redis.call('DEL', order, 'temp_lock:' .. id, 'temp_early:' .. id, 'orders:detail:' .. id,
            'orders:lease:' .. id)
        if newest then redis.call('HDEL', 'temp_jobs', id) end
    else
        if newest and string.sub(newest, 2) == job then
            if what == 'u' then settle(order) else redis.call('DEL', order) end
            redis.call('HDEL', 'temp_jobs', id)
        elseif not newest then
            redis.call('DEL', order)
        end
        if redis.call('EXISTS', 'temp_lock:' .. id) == 1 then
            redis.call('SET', 'temp_early:' .. id, job, 'PX', 20000)
        end
        redis.call('DEL', 'orders:detail:' .. id, 'orders:lease:' .. id)
    end
end
return #ARGV
