package import Orders
package import Store

/// A write that is over, as a cache is told of it.
package enum AppliedWrite: Equatable, Sendable {
    case settled(SettledWrite)
    /// Of a job without a version: the replaced service, or an earlier version of this one, goes on beside this one and
    /// may share its cache.
    case unversioned(UnversionedWrite)
}

/// A write to an order by a job that has no version.
package struct UnversionedWrite: Equatable, Sendable {
    package enum Outcome: Equatable, Sendable {
        case updated
        /// Deleted, or without effect because the order is not there.
        case gone
        /// The database refused it.
        case refused
    }

    package var orderID: UUID
    package var jobID: UUID
    /// That the database has given to the order's state; of no meaning where it refused the write.
    package var version: OrderVersion
    package var outcome: Outcome

    package init(orderID: UUID, jobID: UUID, version: OrderVersion, outcome: Outcome) {
        self.orderID = orderID
        self.jobID = jobID
        self.version = version
        self.outcome = outcome
    }
}

/// How a worker tells the cache what became of a batch, after the transaction and before the acknowledgement.
package protocol CacheRepair: Sendable {
    /// Blocks until readers see it, or until it is known that the cache can't be reached now; then it is repaired
    /// later.
    ///
    /// - Parameter listChanged: some list answer may be different now. At most once for each transaction.
    func repair(_ writes: [AppliedWrite], listChanged: Bool)
}
