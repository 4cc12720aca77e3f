/// When a transaction that failed is tried again at once, by the one who tried; later retries are the worker's.
struct TransactionRetries: Equatable {
    enum Decision: Equatable {
        /// After a pause of this many milliseconds.
        case again(afterMilliseconds: ClosedRange<UInt32>)
        case giveUp
    }

    /// Two workers that insert into the same pages may hit each other several times; one of them always gets on.
    private var conflictsLeft = 8
    /// Each has taken the whole lock timeout already.
    private var lockTimeoutsLeft = 1
    /// A server that was restarted has dropped a connection that looked well: a new one does. When that is lost too the
    /// server has a problem that takes longer.
    private var lossesLeft = 1
    /// They are completed before the next attempt.
    private var missingTablesLeft = 1

    mutating func decide(after kind: MariaDBError.Kind) -> Decision {
        switch kind {
        // A duplicate that is not an order's: another worker has recorded one of the messages meanwhile.
        case .deadlock, .duplicate, .tableChanged: again(&conflictsLeft, afterMilliseconds: 0...20)
        case .lockTimeout: again(&lockTimeoutsLeft, afterMilliseconds: 0...20)
        case .connectionLost: again(&lossesLeft, afterMilliseconds: 0...0)
        case .missingTable: again(&missingTablesLeft, afterMilliseconds: 0...0)
        case .accessDenied, .untrusted, .refusedRow, .other: .giveUp
        }
    }

    private func again(_ left: inout Int, afterMilliseconds pause: ClosedRange<UInt32>) -> Decision {
        guard left > 0 else { return .giveUp }
        left -= 1
        return .again(afterMilliseconds: pause)
    }
}
