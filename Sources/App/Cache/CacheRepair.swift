/// A write that was applied, or never will be.
struct AppliedWrite: Equatable, Sendable {
    var kind: JobKind
    var jobID: UUID
    var orderID: UUID
    var outcome: WriteOutcome
}

/// How a worker tells the cache what became of a batch, after the transaction and before the acknowledgement.
protocol CacheRepair: Sendable {
    /// Blocks until readers see it, or until it is known that the cache can't be reached now; then it is repaired later.
    ///
    /// - Parameter listChanged: some list answer may be different now. At most once for each transaction.
    func repair(_ writes: [AppliedWrite], listChanged: Bool)
}
