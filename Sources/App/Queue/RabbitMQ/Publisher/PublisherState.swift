import Metrics
import Synchronization

/// Whether the queue takes jobs now: told by the publisher, asked by the event loops before they take an order.
package final class PublisherState: Sendable {
    package enum Reading: Equatable, Sendable {
        case open
        /// There is no connection.
        case closed(reason: String)
        /// The broker wants nothing for now, say because its disk is full.
        case blocked(reason: String)

        /// The state as the metrics count it.
        var metric: BrokerFigures.State {
            switch self {
            case .open: .open
            case .closed: .closed
            case .blocked: .blocked
            }
        }
    }

    private let isOpenNow = Atomic<Bool>(false)
    private let current = Mutex(Reading.closed(reason: "not connected yet"))

    package init() {}

    /// Cheap enough to be asked for each request: one load of an atomic.
    package var isOpen: Bool { isOpenNow.load(ordering: .relaxed) }

    package var reading: Reading { current.withLock { $0 } }

    /// Called by the publisher alone.
    package func change(to reading: Reading) {
        current.withLock { current in
            current = reading
            isOpenNow.store(reading == .open, ordering: .relaxed)
        }
    }
}
