/// What a database answered instead of doing a step of a transaction, as far as ``BatchPlan`` has to know it.
protocol TransactionFailure: Error, Equatable {
    /// The database refused one row. It will refuse the same row again; other rows may be fine.
    var refusesRow: Bool { get }
    /// It refused the row because its key is there already. Always false unless ``refusesRow``.
    var isDuplicate: Bool { get }
    /// Always `notCommitted`, except from a commit itself.
    var outcome: CommitOutcome { get }
    var storeError: StoreError { get }
}

/// Whether a transaction whose commit failed may have been committed all the same.
package enum CommitOutcome: Equatable, Sendable {
    case notCommitted
    case unknown
}
