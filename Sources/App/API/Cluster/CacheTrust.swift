import Orders

/// What of Redis one loop may show without asking the database. Pure.
///
/// Redis holds no truth: it may have been restarted from an older file, or a replica may have taken over that lacks the
/// last writes. Such a Redis shows as pending what was applied long ago. And whoever was to end something pending may
/// have died. So what is pending for too long, or from before this loop knows this Redis, is checked.
struct CacheTrust {
    /// A change that has waited for longer than this is checked. A worker needs a fraction of a second.
    static let changeMilliseconds: UInt64 = 10_000
    /// A new order isn't told from one that was applied and stays for its TTL; so it is checked that much later.
    private let creationMilliseconds: UInt64
    /// By how much the clocks of those who write may differ. What is further in the future is checked: a clock that was
    /// wrong must not make it look new for days.
    static let skewMilliseconds: UInt64 = 2_000

    /// What was read of orders, or applied, is passed over until then, since an older Redis may hold older ones.
    private var readsFromMilliseconds: UInt64 = 0
    /// The longest life of such a one.
    private let readLifeMilliseconds: UInt64
    /// After Redis was away, for so long other instances may not have it yet, and what was accepted meanwhile, without
    /// it, may wait in the queue: answers say that they may be older than that.
    static let recoveryMilliseconds: UInt64 = 5_000

    /// Since when this Redis is known; all that was written before is checked.
    private var knownSinceMilliseconds: UInt64?
    private var recoveredAtMilliseconds: UInt64?
    private var changes = 0
    /// No order that was created up to this version is there.
    private(set) var reset = OrderVersion.none

    init(temporaryTTLSeconds: Int, detailTTLSeconds: Int) {
        let temporaryMilliseconds = UInt64(temporaryTTLSeconds) * 1_000
        creationMilliseconds = temporaryMilliseconds + Self.changeMilliseconds
        // The life of what was read is jittered by a tenth.
        readLifeMilliseconds = max(UInt64(detailTTLSeconds) * 1_100, temporaryMilliseconds)
    }

    /// How the connection is.
    ///
    /// - Parameters:
    ///   - knownSinceMilliseconds: since when this Redis is known.
    ///   - recoveredAtMilliseconds: since when it is there again; nil when it has never been away.
    ///   - changes: how often it was another one than before.
    mutating func note(knownSinceMilliseconds: UInt64, recoveredAtMilliseconds: UInt64? = nil, changes: Int) {
        self.knownSinceMilliseconds = knownSinceMilliseconds
        self.recoveredAtMilliseconds = recoveredAtMilliseconds
        guard changes != self.changes else { return }
        self.changes = changes
        readsFromMilliseconds = knownSinceMilliseconds + readLifeMilliseconds
    }

    func isRecovering(nowMilliseconds: UInt64) -> Bool {
        recoveredAtMilliseconds.map { nowMilliseconds < $0 + Self.recoveryMilliseconds } ?? false
    }

    mutating func note(reset version: OrderVersion) { reset = max(reset, version) }

    /// What Redis shows as pending, or as applied.
    func mayShow(_ shown: PendingVersion, nowMilliseconds now: UInt64) -> Bool {
        if shown.isSettled { return shown.isApplied && mayShow(read: shown.version, nowMilliseconds: now) }
        let written = shown.version.millisecondsSince1970
        guard let knownSinceMilliseconds, written > knownSinceMilliseconds + Self.skewMilliseconds,
            written <= now + Self.skewMilliseconds
        else { return false }
        return written + (shown.isCreation ? creationMilliseconds : Self.changeMilliseconds) >= now
    }

    /// What was read of an order, or was applied and stays for its TTL.
    func mayShow(read version: OrderVersion, nowMilliseconds: UInt64) -> Bool {
        // Nobody knows whether a state without a version is from before the reset.
        nowMilliseconds >= readsFromMilliseconds && (version > .none || reset == .none)
    }

    /// Whether all orders were deleted since the order had this version. Of one whose id doesn't tell its time, and
    /// without a version, that is not known.
    func isErased(_ id: UUID, _ version: OrderVersion) -> Bool {
        let created = OrderVersion(ofCreation: id)
        let oldest = created > .none ? created : version
        return oldest > .none && oldest <= reset
    }
}
