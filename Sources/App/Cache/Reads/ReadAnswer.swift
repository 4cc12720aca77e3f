package import Orders
package import Reactor
package import Store

/// The result of one read for those who waited for it on one loop.
package struct ReadAnswer: Sendable {
    package var tickets: [UInt64]
    package var outcome: ReadOutcome
    /// The order's or the page's JSON where it was found; shared by all who waited.
    package var body: [UInt8]
    /// Whether this loop has something to put into Redis, or to give back there; one loop of all that waited.
    package var keep: Keep?

    package enum Keep: Sendable {
        case order(UUID, OrderVersion, began: Deadline)
        case page(ClusterFlights.Page)
    }
}

package enum ReadOutcome: Equatable, Sendable {
    case order(CachedOrder)
    case page
    /// What the database has recorded under an idempotency key.
    case key(StoredKey?)
    /// No order; see ``StoredOrder/missing(since:)``.
    case missing(since: OrderVersion)
    case failed
}

/// Where the answers of reads go: the door of one event loop. Called on reader threads.
package protocol ReadAnswerSink: Sendable {
    func deliver(_ answer: ReadAnswer)
}
