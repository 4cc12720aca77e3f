package import Reactor
import Synchronization

/// Which partitions the workers of this process are being served, so that they give up as many as are too many and no
/// more: each of them alone would see the same surplus.
///
/// A partition has a single active consumer: the instance that subscribed first gets all of them, and others wait.
package final class ActivePartitions: Sendable {
    private struct State {
        var active: Set<Int> = []
        /// One at a time, so that the other instances' counts can follow.
        var nextRelease = Deadline(nanoseconds: 0)
    }

    private let total: Int
    private let pauseMilliseconds: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - total: partitions of the queue.
    ///   - pauseMilliseconds: between two releases.
    package init(total: Int, pauseMilliseconds: Int) {
        self.total = total
        self.pauseMilliseconds = pauseMilliseconds
    }

    /// A worker tells which of its `partitions` are active.
    package func note(_ active: [Int], of partitions: [Int]) {
        state.withLock { state in
            state.active.subtract(partitions)
            state.active.formUnion(active)
        }
    }

    /// Whether it is worth asking how many instances there are.
    package var isWorthAsking: Bool { state.withLock { $0.active.count > 1 } }

    /// True when this process has more than its share of `instances`; then the partition no longer counts as active,
    /// and the caller gives it up.
    package func release(_ partition: Int, instances: Int, now: Deadline) -> Bool {
        let instances = max(1, instances)
        let share = (total + instances - 1) / instances
        return state.withLock { state in
            guard state.active.contains(partition), state.active.count > share, now >= state.nextRelease else {
                return false
            }
            state.active.remove(partition)
            state.nextRelease = now.advanced(byMilliseconds: pauseMilliseconds)
            return true
        }
    }
}
