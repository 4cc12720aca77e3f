package import Health
package import Reactor

/// What one loop finds out about its Redis. The client doesn't keep it alive.
///
/// Every loop has a reporter of its own: what one of them accepts without Redis is not shown elsewhere until it is
/// applied.
package final class LoopCacheObserver: RedisObserver {
    private let reporter: DependencyReporter
    /// Redis answers, and takes no order: it has no room, say.
    private var isRefusing = false
    /// Something was heard of Redis.
    private var hasHeard = false
    /// Since when Redis is away.
    private var lostAt: Deadline?
    private var identity: RedisIdentity?
    /// Since when this is the Redis of before, in milliseconds since 1970; nil before the first connection.
    package private(set) var knownSinceMilliseconds: UInt64?
    /// When Redis was there again after it had been away, likewise; nil when it never was.
    package private(set) var recoveredAtMilliseconds: UInt64?
    /// How often it turned out to be another Redis than the one of before, which may have lost something.
    package private(set) var changes = 0

    package init(_ reporter: DependencyReporter) { self.reporter = reporter }

    package func redisStateChanged(_ state: RedisState) {
        isRefusing = false
        hasHeard = true
        switch state {
        case .connected(let found):
            lostAt = nil
            if identity != nil { recoveredAtMilliseconds = WallClock.nanoseconds() / 1_000_000 }
            if found != identity {
                if identity != nil { changes += 1 }
                identity = found
                knownSinceMilliseconds = WallClock.nanoseconds() / 1_000_000
            }
            reporter.report(failure: nil)
        case .down(let reason):
            if lostAt == nil { lostAt = .now() }
            reporter.report(failure: reason)
        }
    }

    /// Redis isn't there and may be in a moment: a process that has just started connects to it, and one that was
    /// paused has lost it. Others have it meanwhile; so what is accepted without it would be hidden from them.
    package func mayBeBackSoon(now: Deadline) -> Bool {
        guard hasHeard else { return true }
        return lostAt.map { now < $0.advanced(byMilliseconds: Self.soonMilliseconds) } ?? false
    }

    private static let soonMilliseconds = 500

    /// What Redis answered to new orders; costs nothing while all is well.
    package func newOrdersReplied(_ reply: borrowing RedisReply) {
        switch reply.kind {
        case .error:
            isRefusing = true
            reporter.report(failure: reply.text)
        case .unknown: break
        default:
            guard isRefusing else { return }
            isRefusing = false
            reporter.report(failure: nil)
        }
    }
}
