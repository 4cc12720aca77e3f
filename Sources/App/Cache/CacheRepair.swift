package import Orders
package import Store

/// A write that was applied, or never will be.
package struct AppliedWrite: Equatable, Sendable {
    package var kind: JobKind
    package var jobID: UUID
    package var orderID: UUID
    package var outcome: WriteOutcome

    package init(kind: JobKind, jobID: UUID, orderID: UUID, outcome: WriteOutcome) {
        self.kind = kind
        self.jobID = jobID
        self.orderID = orderID
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
