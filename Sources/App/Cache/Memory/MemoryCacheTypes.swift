package import Orders
package import Reactor

/// An order as the cache or the database showed it; its JSON was appended to the caller's buffer.
package struct CachedOrder: Equatable, Sendable {
    /// The JSON string of the status, quotes included, relative to the order's first byte.
    package var status: ByteRange
    package var version: OrderVersion
    /// A delete is pending: the status is "deleting", and further updates will find nothing.
    package var isDeleting: Bool
    /// Some write to it is not applied yet, so it is shown as the cache alone knows it.
    package var isPending = false
}

package enum LookupResult: Equatable, Sendable {
    /// The order was appended.
    case hit(CachedOrder)
    /// Writes are pending for an order that the cache has not seen. The JSON string of its newest status was appended;
    /// `join` reads the order from the database and gives it this status.
    case overlay(status: ByteRange, version: OrderVersion, isDeleting: Bool)
    case miss
}

package enum JoinResult: Equatable, Sendable {
    /// The order was appended.
    case hit(CachedOrder)
    /// Another reader's flight will answer the waiter.
    case joined
    /// The caller reads the database, by a query that begins after this call, and then calls `complete`.
    case start(FlightID)
}

/// What a flight's query gave.
package enum FlightResult {
    /// The order's JSON, and where in it the JSON string of the status is, quotes included.
    case found(order: UnsafeRawBufferPointer, status: ByteRange, version: OrderVersion)
    /// See ``StoredOrder/missing(since:)``.
    case missing(since: OrderVersion)
    case failed
}

/// What to tell the waiters.
package enum FlightAnswer: Equatable, Sendable {
    /// The order was appended, with the status that pending writes gave it.
    case found(CachedOrder)
    case missing(since: OrderVersion)
    case failed
}

/// Cold figures for metrics.
struct CacheStatistics: Equatable, Sendable {
    var entries = 0
    var evictableBytes = 0
    var flights = 0
}
