import Reactor

/// What Redis does in one step, so that nobody else's step falls in between (EVALSHA; https://redis.io/docs/latest/commands/eval).
///
/// Keys of one order, besides the two of the contract:
/// - `temp_jobs`, a hash, by order id: the newest write that is accepted and not applied, `u` or `d` (update, delete) and its job
///   id. A create leaves none, because `temp_order` without it says the same; so where nothing but creates is pending the
///   hash isn't there, and nobody looks into it for each order.
/// - `temp_lock:{id}`: held by whoever is about to queue a write to the order, so that the queue and the cache see writes in
///   one order although several instances take them. It expires by itself.
/// - `temp_early:{id}`: the job that was applied while its writer still held the lock.
/// - `orders:lease:{id}`: who reads the order from the database now. Applying a write takes it away, and without it what was
///   read is not kept: so an older value never replaces a newer one.
///
/// Of an idempotency key, `orders:idempotency:{key}`, a hash: `f`, the fingerprint of the request's body, and `s`, its seed; while a
/// request is under way also `t`, its token, and `u`, when the claim ends by itself, in milliseconds. 0 there: an attempt
/// ended without anybody knowing how. `orders:idempotency_since` is when this Redis began to remember.
enum CacheScripts {
    /// In the order of ``all``.
    enum Script: Int, CaseIterable {
        case beginWrite, finishWrite, endWrite, created, applied, fill, list, claim, recordClaim, endClaim, takeBack,
            forget, forgetClaims
    }

    static let all = Script.allCases.map(source)

    private static func source(of script: Script) -> String {
        switch script {
        case .beginWrite: beginWrite
        case .finishWrite: finishWrite
        case .endWrite: endWrite
        case .created: created
        case .applied: applied
        case .fill: fill
        case .list: list
        case .claim: claim
        case .recordClaim: recordClaim
        case .endClaim: endClaim
        case .takeBack: takeBack
        case .forget: forget
        case .forgetClaims: forgetClaims
        }
    }

    // KEYS temp_lock temp_order orders:detail temp_jobs, ARGV token, milliseconds, id. 0: somebody else writes.
    private static let beginWrite = """
        if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 0 end
        local found = redis.call('MGET', KEYS[2], KEYS[3])
        found[3] = redis.call('HGET', KEYS[4], ARGV[3])
        return found
        """

    // KEYS temp_lock temp_early temp_order temp_jobs, ARGV token, mark, order, TTL, id. The write is in the queue: shows it,
    // unless the lock was lost, when somebody else's later write may be shown.
    private static let finishWrite = """
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
        """

    // KEYS temp_lock, ARGV token. The write didn't come about.
    private static let endWrite = """
        if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
        return 0
        """

    // KEYS temp_order..., ARGV TTL. Orders that were created: those of which no newer write is pending are not pending any more.
    // Nearly all writes are that, and a key is all that has to be known of them.
    private static let created = """
        local ttl = ARGV[1]
        local marked = redis.call('EXISTS', 'temp_jobs') == 1
        for i = 1, #KEYS do
            local order = KEYS[i]
            if not marked or redis.call('HEXISTS', 'temp_jobs', string.sub(order, 12)) == 0 then
                if ttl == '0' then redis.call('DEL', order) else redis.call('EXPIRE', order, ttl) end
            end
        end
        return #KEYS
        """

    // ARGV TTL, then for each other write: what became of it, order id, job id.
    //   n  not created      u  updated         r  a change that the database refused
    //   x  deleted, or without effect because the order is not there
    // An order whose newest write this is, or of whose newest write nothing is known, is not pending any more. After an x
    // later changes of the order have no effect either, so whatever is pending of it is over: a change that is about to be
    // shown finds its lock gone.
    private static let applied = """
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
        """

    // KEYS orders:lease orders:detail, ARGV lease, order, TTL. TTL 0: only gives the lease back.
    private static let fill = """
        if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
        redis.call('DEL', KEYS[1])
        if ARGV[3] ~= '0' then redis.call('SET', KEYS[2], ARGV[2], 'EX', ARGV[3]) end
        return 1
        """

    // KEYS temp_order..., ARGV a letter for each of them. All orders were deleted in the database: takes those away that are
    // not pending, and returns the numbers of the keys that stay.
    //   p  what is pending stays
    //   c  what is pending stays, unless it is a change of an order that was there before
    //   a  goes in any case
    private static let forget = """
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
        """

    // KEYS orders:idempotency:{key}..., ARGV milliseconds since 1970. Takes away what is known of requests that were done
    // before: the seed, an id of version 7, begins with its time. One that is under way, or about which nobody knows, stays.
    private static let forgetClaims = """
        for i = 1, #KEYS do
            local found = redis.call('HMGET', KEYS[i], 's', 't')
            local made = tonumber(string.sub(found[1] or '', 1, 8) .. string.sub(found[1] or '', 10, 13), 16)
            if not found[2] and (not made or made < tonumber(ARGV[1])) then redis.call('DEL', KEYS[i]) end
        end
        return #KEYS
        """

    // KEYS orders:list:version, ARGV what follows the version in the page's key.
    private static let list = """
        local version = redis.call('GET', KEYS[1]) or '0'
        return {version, redis.call('GET', 'orders:list:' .. version .. ARGV[1])}
        """

    // KEYS orders:idempotency:{key} orders:idempotency_since, ARGV token, fingerprint, seed, milliseconds of the claim, of the
    // record. The server's clock, because the instances' may differ. Returns what it found, the seed to go on with, and for how
    // long this Redis has remembered:
    //   0  nothing, claimed     1  an attempt that ended in the dark, claimed     2  one under way
    //   3  done                 4  a request with another body
    private static let claim = """
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        redis.call('SET', KEYS[2], string.format('%.0f', now), 'NX')
        local age = now - redis.call('GET', KEYS[2])
        local found = redis.call('HMGET', KEYS[1], 'f', 's', 't', 'u')
        local ends = string.format('%.0f', now + ARGV[4])
        if not found[1] then
            redis.call('HSET', KEYS[1], 'f', ARGV[2], 's', ARGV[3], 't', ARGV[1], 'u', ends)
            redis.call('PEXPIRE', KEYS[1], ARGV[5])
            return {0, ARGV[3], age}
        end
        if found[1] ~= ARGV[2] then return {4, found[2], age} end
        if not found[3] then return {3, found[2], age} end
        if tonumber(found[4]) > now then return {2, found[2], age} end
        redis.call('HSET', KEYS[1], 't', ARGV[1], 'u', ends)
        return {1, found[2], age}
        """

    // KEYS orders:idempotency:{key}, ARGV token, fingerprint, seed, milliseconds. The request is done. Also where Redis was wiped
    // since it was claimed, but not where somebody else has claimed it since.
    private static let recordClaim = """
        local found = redis.call('HMGET', KEYS[1], 'f', 't')
        if found[1] and found[2] ~= ARGV[1] then return 0 end
        redis.call('HSET', KEYS[1], 'f', ARGV[2], 's', ARGV[3])
        redis.call('HDEL', KEYS[1], 't', 'u')
        redis.call('PEXPIRE', KEYS[1], ARGV[4])
        return 1
        """

    // KEYS orders:idempotency:{key}, ARGV token, 0 or 1: whether the seed has to stay for the next attempt.
    private static let endClaim = """
        if redis.call('HGET', KEYS[1], 't') ~= ARGV[1] then return 0 end
        if ARGV[2] == '0' then return redis.call('DEL', KEYS[1]) end
        redis.call('HSET', KEYS[1], 'u', '0')
        return 1
        """

    // KEYS temp_order, ARGV order. It was shown and is not accepted; unless something else is shown by now.
    private static let takeBack = """
        if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
        return 0
        """
}

extension RedisClient {
    /// Runs `script`; `command` is the number of its keys, its keys and its arguments.
    func send(
        _ script: CacheScripts.Script, _ command: borrowing RedisCommand, handler: any RedisReplyHandler, tag: UInt64
    ) -> Bool {
        sendScript(RedisScript(index: script.rawValue), command, handler: handler, tag: tag)
    }
}
