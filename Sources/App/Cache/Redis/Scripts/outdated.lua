-- KEYS: none
-- ARGV: life of a version in milliseconds, (order id, version)...
-- Returns: the number of arguments.
-- Why: the database has these orders in these states, or none of them. What was read of an order before goes. The
--   version stays for as long as a read may be under way, so that it can't keep what it found before. For instances of
--   an earlier version of the service the lease of a read says the same.
for i = 2, #ARGV, 2 do
    local id, version = ARGV[i], ARGV[i + 1]
    local key = 'orders:version:{orders:detail:' .. id .. '}'
    local known = redis.call('GET', key)
    if not known or known < version then
        redis.call('DEL', 'orders:detail:' .. id, 'orders:lease:' .. id)
        redis.call('SET', key, version, 'PX', ARGV[1])
    end
end
return #ARGV
