import Orders
import Reactor

/// When a store deletes rows that need not be remembered any longer, and how many at a time. Pure.
///
/// Soon after a batch, at most once a second, and always twice as many as were added: so they can't pile up under any
/// load, and no transaction is long.
struct Pruning {
    private static let leastRows = 1_000
    private static let pauseMilliseconds = 1_000

    private var added = 0
    private var next = Deadline(nanoseconds: 0)

    /// After a batch that recorded `rows`. Returns how many to delete at most; nil when it isn't time.
    mutating func limit(after rows: Int, now: Deadline) -> Int? {
        added += rows
        guard now >= next else { return nil }
        next = now.advanced(byMilliseconds: Self.pauseMilliseconds)
        defer { added = 0 }
        return max(Self.leastRows, 2 * added)
    }

    /// Idempotency keys that were recorded before this are deleted. The time of recording counts, not that of the
    /// request: while a job may still wait in the queue, what keeps it from being applied twice has to stay.
    static func boundary(ofKeysAt now: UInt64) -> Int64 { Int64(now) - Int64(IdempotencyKey.lifeMilliseconds) }

    /// Absent orders that were recorded before this are deleted. A message that is older than a record may know an
    /// older state of its order, so the record stays for a day longer than any such message may be in the queue.
    static func boundary(ofAbsentOrdersAt now: UInt64, oldestQueued: UInt64) -> Int64 {
        Int64(min(now, oldestQueued)) - 24 * 3600 * 1000
    }
}

/// What the time is, by the clock on the wall when this was made and one that nobody sets since. When somebody sets the
/// clock on the wall forward, no row is taken for old and deleted.
struct SteadyClock {
    private let startMilliseconds: UInt64
    private let start: Deadline

    init(startMilliseconds: UInt64 = WallClock.nanoseconds() / 1_000_000, start: Deadline = .now()) {
        self.startMilliseconds = startMilliseconds
        self.start = start
    }

    /// Since 1970.
    func milliseconds(at now: Deadline = .now()) -> UInt64 {
        startMilliseconds + UInt64(max(0, now.milliseconds(from: start)))
    }
}
