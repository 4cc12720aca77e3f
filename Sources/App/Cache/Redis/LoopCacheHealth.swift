import Reactor
import Synchronization

/// Brings the state of all loops' Redis connections together: the cache works when every loop has one.
///
/// Until each of them has connected the service is not wholly ready: what a loop accepts without Redis is not shown
/// elsewhere until it is applied.
final class LoopCacheHealth: Sendable {
    private let health: Health
    /// Loops without a connection.
    private let missing: Mutex<Set<Int>>

    init(loops count: Int, health: Health) {
        self.health = health
        missing = Mutex(Set(0..<count))
        health.awaits(.cache)
    }

    /// From the thread of that loop.
    fileprivate func report(_ state: RedisState, ofLoop index: Int) {
        // Reported under the lock, so that the last of two reports is the newer one.
        missing.withLock { missing in
            switch state {
            case .connected:
                missing.remove(index)
                if missing.isEmpty { health.report(.cache, failure: nil) }
            case .down(let reason):
                missing.insert(index)
                health.report(.cache, failure: reason)
            }
        }
    }
}

/// What one loop finds out about its Redis. The client doesn't keep it alive.
final class LoopCacheObserver: RedisObserver {
    private let index: Int
    private let all: LoopCacheHealth
    /// Redis answers, and takes no order: it has no room, say, or became a replica.
    private var isRefusing = false

    init(loop index: Int, _ all: LoopCacheHealth) {
        self.index = index
        self.all = all
    }

    func redisStateChanged(_ state: RedisState) {
        isRefusing = false
        all.report(state, ofLoop: index)
    }

    /// What Redis answered to new orders; costs nothing while all is well.
    func newOrdersReplied(_ reply: borrowing RedisReply) {
        switch reply.kind {
        case .error:
            isRefusing = true
            all.report(.down(reason: reply.text), ofLoop: index)
        case .unknown: break
        default:
            guard isRefusing else { return }
            isRefusing = false
            all.report(.connected, ofLoop: index)
        }
    }
}
