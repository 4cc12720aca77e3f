/// All keys that Spillway has in Redis. No other Swift source spells one.
///
/// Redis holds no truth: when it is wiped, reads go to the database, and what was acknowledged is in the queue. Keys
/// that are marked *contract* are promised (docs/contract.md section 4): the replaced service may share them. Some
/// scripts make keys of these prefixes by themselves; see the files in `Scripts`.
package enum RedisKey: CaseIterable {
    /// *What:* a hash, by order id, of the newest write that is accepted and not applied: `u` or `d` (update, delete),
    /// and its job id behind that. A creation has none, because a pending order without one says the same; so where
    /// nothing but creations is pending the key isn't there. *Life:* an entry is there until its write is applied.
    /// *Owner:* `finishWrite` adds, `applied` takes away; a reset adds entries of its own (`QueueMarkers`).
    case marks
    /// *What:* a number that goes up when the list has changed; a page of an older version is found by nobody. *Life:*
    /// for ever. *Owner:* the cache keeper, once for each transaction that changed something; *contract*.
    case listVersion
    /// *What:* when this Redis began to remember idempotency keys, in milliseconds since 1970. *Life:* for ever.
    /// *Owner:* `claim`. A client can't have a key of that name, because a colon stands in front of a client's.
    case claimsSince

    package var name: StaticString {
        switch self {
        case .marks: "temp_jobs"
        case .listVersion: "orders:list:version"
        case .claimsSince: "orders:idempotency_since"
        }
    }

    /// What stands in front of an order id, or of another name.
    package enum Prefix: CaseIterable {
        /// *Behind it:* an order id. *What:* the order as GET returns it, with the newest accepted write. *Life:* until
        /// that write is applied, then TEMP_ORDER_CACHE_TTL. *Owner:* the loop that took the write; after that
        /// `created` and `applied`; *contract*.
        case pending
        /// *Behind it:* an order id. *What:* the order as it was read from the database. *Life:* ORDERS_CACHE_TTL, give
        /// or take a tenth; applying a write ends it. *Owner:* the loop that read it (`fill`); *contract*.
        case detail
        /// *Behind it:* an order id. *What:* the token of the loop that is about to queue a write to the order. So the
        /// queue and the cache see the writes to an order in one order although several instances take them. *Life:* 10
        /// seconds, or until the write is shown. *Owner:* that loop (`OrderWrites`).
        case lock
        /// *Behind it:* an order id. *What:* the id of the job that was applied while its writer still held the lock.
        /// *Life:* 20 seconds, or until the writer shows the write. *Owner:* `applied`.
        case early
        /// *Behind it:* an order id. *What:* a random number of whoever reads the order from the database now. Applying
        /// a write takes it away, and without it what was read is not kept: so an older value never replaces a newer
        /// one. *Life:* 10 seconds, or until the order is read. *Owner:* the loop that reads (`DatabaseReads`).
        case lease
        /// *Behind it:* the version of the list, and what ``RedisCommand/appendPiece(pageOf:)`` adds. *What:* a page of
        /// the list. *Life:* ORDERS_CACHE_TTL, give or take a tenth. *Owner:* the loop that read it; *contract*.
        case page
        /// *Behind it:* a client's Idempotency-Key. *What:* a hash: `f`, the fingerprint of the request's body, and
        /// `s`, its seed; while a request is under way also `t`, its token, and `u`, when the claim ends by itself, in
        /// milliseconds since 1970. 0 there: an attempt ended without anybody knowing how. *Life:* 24 hours, counted
        /// from the seed's time. *Owner:* the loop with the request (`RedisClaims`).
        case claim

        package var text: StaticString {
            switch self {
            case .pending: "temp_order:"
            case .detail: "orders:detail:"
            case .lock: "temp_lock:"
            case .early: "temp_early:"
            case .lease: "orders:lease:"
            case .page: "orders:list:"
            case .claim: "orders:idempotency:"
            }
        }
    }
}
