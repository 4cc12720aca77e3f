/// All keys that Spillway has in Redis. No other Swift source spells one.
///
/// Redis holds no truth: when it is wiped, reads go to the database, and what was acknowledged is in the queue. Keys
/// that are marked *contract* are promised (docs/contract.md section 4): the replaced service may share them. Some
/// scripts make keys of these prefixes by themselves; see the files in `Scripts`.
package enum RedisKey: CaseIterable {
    /// *What:* a hash, by order id, of changes that instances of version 0.5 have accepted and nobody has applied.
    /// *Life:* an entry is there until its write is applied. *Owner:* those instances; here `appliedUnversioned` takes
    /// entries away, and `show` that of an older write. `created` and `settled` leave the orders alone that have one.
    case marks
    /// *What:* the version of the newest reset, as 16 hexadecimal digits: no order that was created up to it is there.
    /// *Life:* for ever. *Owner:* the instance that resets.
    case reset
    /// *What:* a number that goes up when the list has changed; a page of an older version is found by nobody. *Life:*
    /// for ever. *Owner:* the cache keeper, once for each transaction that changed something; *contract*.
    case listVersion
    /// *What:* when this Redis began to remember idempotency keys, in milliseconds since 1970. *Life:* for ever.
    /// *Owner:* `claim`. A client can't have a key of that name, because a colon stands in front of a client's.
    case claimsSince

    package var name: StaticString {
        switch self {
        case .marks: "temp_jobs"
        case .reset: "orders:reset"
        case .listVersion: "orders:list:version"
        case .claimsSince: "orders:idempotency_since"
        }
    }

    /// What stands in front of an order id, or of another name.
    package enum Prefix: CaseIterable {
        /// *Behind it:* an order id. *What:* the order as GET returns it, with the newest accepted write. *Life:* until
        /// that write is applied, then TEMP_ORDER_CACHE_TTL. *Owner:* the loop that took the write; after that
        /// `created` and `settled`; *contract*.
        case pending
        /// *Behind it:* an order id. *What:* the order as it was read from the database. *Life:* ORDERS_CACHE_TTL, give
        /// or take a tenth; applying a write ends it. *Owner:* the loop that read it (`fill`); *contract*.
        case detail
        /// *Around:* an order id. *What:* the version of the newest state of the order that this Redis knows, as 16
        /// hexadecimal digits, and a letter: `u` or `d` while that update or delete is pending. `a` and `o` when
        /// nothing is pending up to it: the database had exactly that state then, or it had another one or none. A
        /// pending order without a version is as it was created. *Life:* while the write is pending, and a minute
        /// longer than the order stays after it was applied. *Owner:* `show`, `settled`, `appliedUnversioned`.
        case pendingVersion
        /// *Around:* an order id. *What:* the token of the loop that is about to queue a write to the order. So one
        /// write is based on the one before, although several instances take them. *Life:* 10 seconds, or until the
        /// write is shown. *Owner:* that loop (`OrderWrites`).
        case lock
        /// *Around:* the key of what was read of an order. *What:* the version of that, or of what was applied since,
        /// as 16 hexadecimal digits. What was read and has none is not shown, because nobody knows how old it is.
        /// *Life:* longer than that of what was read, and than a read takes. *Owner:* `fill`, `outdated`.
        case detailVersion
        /// *Behind it:* the version of the list, and what ``RedisCommand/appendPiece(pageOf:)`` adds. *What:* a page of
        /// the list. *Life:* ORDERS_CACHE_TTL, give or take a tenth. *Owner:* the loop that read it; *contract*.
        case page
        /// *Behind it:* a client's Idempotency-Key. *What:* a hash: `f`, the fingerprint of the request's body, and
        /// `s`, its seed; while a request is under way also `t`, its token, and `u`, when the claim ends by itself, in
        /// milliseconds since 1970. 0 there: an attempt ended without anybody knowing how. *Life:* 24 hours, counted
        /// from the seed's time. *Owner:* the loop with the request (`RedisClaims`).
        case claim
        /// *Behind it:* an order id. *What:* that an instance of version 0.5 is about to queue a write to the order,
        /// that the write was applied before it was shown, and that the order is being read. *Life:* up to 20 seconds.
        /// *Owner:* those instances; here only `appliedUnversioned` and `outdated` do to them what 0.5's workers did.
        case oldLock
        case oldEarly
        case oldLease

        /// What stands in front.
        package var text: StaticString {
            switch self {
            case .pending: "temp_order:"
            case .detail: "orders:detail:"
            case .lock, .pendingVersion: "{temp_order:"
            case .detailVersion: "orders:version:{orders:detail:"
            case .page: "orders:list:"
            case .claim: "orders:idempotency:"
            case .oldLock: "temp_lock:"
            case .oldEarly: "temp_early:"
            case .oldLease: "orders:lease:"
            }
        }

        /// What stands behind. Braces tell Redis Cluster what a key's slot is made of: a version lies beside its order
        /// (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags).
        package var suffix: StaticString {
            switch self {
            case .pending, .detail, .page, .claim, .oldLock, .oldEarly, .oldLease: ""
            case .lock: "}:lock"
            case .pendingVersion: "}:version"
            case .detailVersion: "}"
            }
        }
    }
}
