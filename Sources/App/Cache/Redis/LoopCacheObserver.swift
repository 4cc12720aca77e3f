package import Health
package import Reactor

/// What one loop finds out about its Redis. The client doesn't keep it alive.
///
/// Every loop has a reporter of its own: what one of them accepts without Redis is not shown elsewhere until it is
/// applied.
package final class LoopCacheObserver: RedisObserver {
    private let reporter: DependencyReporter
    /// Redis answers, and takes no order: it has no room, say, or became a replica.
    private var isRefusing = false

    package init(_ reporter: DependencyReporter) { self.reporter = reporter }

    package func redisStateChanged(_ state: RedisState) {
        isRefusing = false
        switch state {
        case .connected: reporter.report(failure: nil)
        case .down(let reason): reporter.report(failure: reason)
        }
    }

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
