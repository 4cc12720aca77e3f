-- KEYS: temp_lock:{id}, temp_early:{id}, temp_order:{id}, temp_jobs
-- ARGV: token of the lock, mark of the write, order, TTL in seconds, order id
-- Returns: 1 if the write is shown, 0 if the lock was lost.
-- Why: the write is in the queue, so readers may see it. Without the lock somebody else's later write may be shown
--   already. A worker may have applied the write before this step; then nothing is pending any more.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if redis.call('GET', KEYS[2]) == string.sub(ARGV[2], 2) then
    redis.call('HDEL', KEYS[4], ARGV[5])
    if string.sub(ARGV[2], 1, 1) == 'd' or ARGV[4] == '0' then
        redis.call('DEL', KEYS[3])
    else
        redis.call('SET', KEYS[3], ARGV[3], 'EX', ARGV[4])
    end
else
    redis.call('SET', KEYS[3], ARGV[3])
    redis.call('HSET', KEYS[4], ARGV[5], ARGV[2])
end
redis.call('DEL', KEYS[1], KEYS[2])
return 1
