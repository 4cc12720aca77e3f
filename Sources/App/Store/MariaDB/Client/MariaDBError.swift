/// What the server, or the library on the way to it, answered instead of doing what was asked.
package struct MariaDBError: TransactionFailure, Sendable {
    /// What the caller has to tell apart; the codes are at https://mariadb.com/kb/en/mariadb-error-codes/.
    enum Kind: Equatable, Sendable {
        /// The transaction was rolled back to let another one go on.
        case deadlock
        /// Another transaction held a lock for too long.
        case lockTimeout
        /// No connection, none any longer, or none that can write: a failover has left it with the replica.
        case connectionLost
        case accessDenied
        /// The certificate, or that there is none.
        case untrusted
        /// A key is there already.
        case duplicate
        /// A value that a column can't hold, a constraint or a trigger: the same row will be refused again, and others
        /// need not be.
        case refusedRow
        /// A table or a column that this service needs is missing.
        case missingTable
        /// A table was emptied or changed after the transaction's snapshot: a new transaction sees what is there now.
        case tableChanged
        case other
    }

    /// Above 2000 and below 3000 the library's own.
    var code: UInt32
    var message: String
    /// `unknown` means that the server's answer to the commit was lost.
    var outcome = CommitOutcome.notCommitted

    var kind: Kind {
        switch code {
        case 1213: .deadlock
        case 1205: .lockTimeout
        case 1040, 1042, 1043, 1053, 1079, 1152, 1158...1161, 1184, 1203, 1290, 1836, 1927, 2001...2006, 2012, 2013,
            2055,
            4031:
            .connectionLost
        case 1044, 1045, 1130, 1142, 1143, 1227, 1698, 1820, 2059: .accessDenied
        case 2026: .untrusted
        case 1062, 1586: .duplicate
        case 1048, 1216, 1217, 1263...1265, 1292, 1366, 1406, 1411, 1451, 1452, 1644, 1690, 3819, 4025: .refusedRow
        case 1054, 1146: .missingTable
        case 1412: .tableChanged
        default: .other
        }
    }

    var storeError: StoreError { .mariadb(self) }

    var refusesRow: Bool { kind == .refusedRow || kind == .duplicate }

    var isDuplicate: Bool { kind == .duplicate }

    /// Somebody who doesn't lock partitions, the replaced service, has changed or deleted an order after it was looked
    /// up: a new transaction sees what is there now.
    static let orderChanged = MariaDBError(code: 1412, message: "an order was changed by another service")

    /// The row of `order_counter` is not there; made again like a missing table.
    static let countMissing = MariaDBError(code: 1146, message: "the count of the orders is missing")

    /// An order can't be brought back from what is recorded of it. Like a refused row: other orders are not concerned.
    static let recordUnreadable = MariaDBError(code: 1366, message: "the order's record can't be read")

    /// This error as one that is not about the row in hand.
    func asGeneralFailure() -> MariaDBError { MariaDBError(code: 1467, message: message) }

    /// This error as that of a failed COMMIT: without an answer nobody knows.
    func asCommitFailure() -> MariaDBError {
        var failure = self
        failure.outcome = kind == .connectionLost ? .unknown : .notCommitted
        return failure
    }
}

extension MariaDBError: CustomStringConvertible {
    package var description: String { "MariaDB: \(message) (code \(code))" }
}
