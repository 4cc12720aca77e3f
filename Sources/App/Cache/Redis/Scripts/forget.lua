-- KEYS: temp_order:{id}...
-- ARGV: version of the reset
-- Returns: the number of keys.
-- Why: all orders that were created up to this version were deleted in the database. An id of version 7 begins with its
--   time. Of an order whose id doesn't tell its time, what was applied goes; what is pending waits in the queue.
for i = 1, #KEYS do
    local id = string.sub(KEYS[i], 12)
    if string.sub(id, 15, 15) == '7' then
        if string.sub(id, 1, 8) .. string.sub(id, 10, 13) .. '0000' <= ARGV[1] then
            redis.call('DEL', KEYS[i], '{' .. KEYS[i] .. '}:version')
        end
    elseif redis.call('TTL', KEYS[i]) ~= -1 then
        redis.call('DEL', KEYS[i])
    end
end
return #KEYS
