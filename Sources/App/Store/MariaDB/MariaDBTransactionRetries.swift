/// A conflict with another worker and a connection that is lost are tried again at once, a bounded number of times for
/// each kind.
struct MariaDBTransactionRetries: TransactionRetries {
    /// Two workers that insert into the same pages may hit each other several times; one of them always gets on.
    private var conflictsLeft = 8
    /// Each has taken the whole lock timeout already.
    private var lockTimeoutsLeft = 1
    /// A server that was restarted has dropped a connection that looked well: a new one does. When that is lost too the
    /// server has a problem that takes longer.
    private var lossesLeft = 1
    /// They are completed before the next attempt.
    private var missingTablesLeft = 1

    mutating func decide(after failure: MariaDBError) -> RetryDecision { decide(after: failure.kind) }

    mutating func decide(after kind: MariaDBError.Kind) -> RetryDecision {
        switch kind {
        // A duplicate that is no job's fault: another partition's worker has recorded one of the keys meanwhile.
        case .deadlock, .duplicate, .tableChanged: again(&conflictsLeft, afterMilliseconds: 0...20)
        case .lockTimeout: again(&lockTimeoutsLeft, afterMilliseconds: 0...20)
        case .connectionLost: again(&lossesLeft, afterMilliseconds: 0...0)
        case .missingTable: again(&missingTablesLeft, afterMilliseconds: 0...0)
        case .accessDenied, .untrusted, .refusedRow, .other: .giveUp
        }
    }

    private func again(_ left: inout Int, afterMilliseconds pause: ClosedRange<UInt32>) -> RetryDecision {
        guard left > 0 else { return .giveUp }
        left -= 1
        return .again(afterMilliseconds: pause)
    }
}
