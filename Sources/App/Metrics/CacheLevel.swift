/// Where a read found what it answered with.
package enum CacheLevel: UInt8, CaseIterable, Sendable {
    /// Among the writes that wait to be applied.
    case pending
    /// In the cache, as the database had it.
    case cached
    /// Nowhere: the database was asked, or a read of it that was under way.
    case database

    /// As the label of a metric.
    package var name: StaticString {
        switch self {
        case .pending: "pending"
        case .cached: "cached"
        case .database: "database"
        }
    }
}

/// Reads by level.
package struct CacheReads: Equatable, Sendable {
    var pending: UInt64 = 0
    var cached: UInt64 = 0
    var database: UInt64 = 0

    package subscript(_ level: CacheLevel) -> UInt64 {
        switch level {
        case .pending: pending
        case .cached: cached
        case .database: database
        }
    }

    mutating func add(_ other: CacheReads) {
        pending &+= other.pending
        cached &+= other.cached
        database &+= other.database
    }
}
