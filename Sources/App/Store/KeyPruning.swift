import Orders
import Reactor

/// When a store deletes idempotency keys that are no longer remembered, and how many at a time. Pure.
///
/// Soon after a batch, at most once a second, and always twice as many as were added: so they can't pile up under any
/// load, and no transaction is long.
struct KeyPruning {
    private static let leastKeys = 1_000
    private static let pauseMilliseconds = 1_000

    private var added = 0
    private var next = Deadline(nanoseconds: 0)

    /// After a batch that recorded `keys`. Returns how many to delete at most; nil when it isn't time.
    mutating func limit(after keys: Int, now: Deadline) -> Int? {
        added += keys
        guard now >= next else { return nil }
        next = now.advanced(byMilliseconds: Self.pauseMilliseconds)
        defer { added = 0 }
        return max(Self.leastKeys, 2 * added)
    }

    /// What was recorded before this is deleted. The time of recording counts, not that of the request: while a job may
    /// still wait in the queue, what keeps it from being applied twice has to stay.
    static func boundary(now: UInt64) -> Int64 { Int64(now) - Int64(IdempotencyKey.lifeMilliseconds) }
}
