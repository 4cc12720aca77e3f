-- KEYS: temp_order:{id}...
-- ARGV: a string with one letter for each key
-- Returns: the positions of the keys that stay, from 1.
-- Why: all orders were deleted in the database, so the orders that are not pending go. The letter says what else
--   goes:
--     p  what is pending stays
--     c  what is pending stays, unless it is a change of an order that was there before
--     a  goes in any case
--   Besides KEYS the script reads and writes `temp_jobs`.
local kept = {}
for i = 1, #KEYS do
    local id, letter = string.sub(KEYS[i], 12), string.sub(ARGV[1], i, i)
    if redis.call('TTL', KEYS[i]) ~= -1 or letter == 'a'
        or (letter == 'c' and redis.call('HEXISTS', 'temp_jobs', id) == 1)
    then
        redis.call('DEL', KEYS[i])
        if letter ~= 'p' then redis.call('HDEL', 'temp_jobs', id) end
    else
        kept[#kept + 1] = i
    end
end
return kept
