import CSQLite

/// What SQLite answered instead of doing what was asked.
package struct SQLiteError: TransactionFailure, Sendable {
    /// What the caller has to tell apart; the codes in full are at https://sqlite.org/rescode.html.
    package enum Kind: Equatable, Sendable {
        /// Another connection holds the lock, and the busy timeout has passed.
        case busy
        /// No room: the disk, or `max_page_count`.
        case full
        /// The operating system failed. `sync` means that the failed call was one that makes data durable.
        case inputOutput(sync: Bool)
        /// The file is damaged, or not a database.
        case corrupt
        /// A constraint or a trigger of the schema refused the row.
        case constraint
        /// A value that the table can't hold: longer than SQLite's limit, or of the wrong type for a rowid.
        case unacceptableValue
        /// The file can't be opened, or only for reading.
        case cannotOpen
        case other
    }

    /// The extended result code.
    package var code: Int32
    package var message: String
    /// `unknown` means that the transaction can still turn up. After a crash SQLite reads the write-ahead log again,
    /// and a commit record that was written but not synced may or may not be in it.
    package var outcome = CommitOutcome.notCommitted

    package var kind: Kind {
        switch code & 0xff {
        case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL: .busy
        case SQLITE_FULL: .full
        case SQLITE_IOERR: .inputOutput(sync: Self.syncCodes.contains(code))
        case SQLITE_CORRUPT, SQLITE_NOTADB: .corrupt
        case SQLITE_CONSTRAINT: .constraint
        case SQLITE_TOOBIG, SQLITE_MISMATCH: .unacceptableValue
        case SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_PERM: .cannotOpen
        default: .other
        }
    }

    package var storeError: StoreError { .sqlite(self) }

    package var refusesRow: Bool { kind == .constraint || kind == .unacceptableValue }

    package var isDuplicate: Bool { Self.duplicateCodes.contains(code) }

    // SQLITE_IOERR_FSYNC and SQLITE_IOERR_DIR_FSYNC: macros with an expression, which Swift does not import.
    private static let syncCodes = [SQLITE_IOERR | 4 << 8, SQLITE_IOERR | 5 << 8]
    // SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE and SQLITE_CONSTRAINT_ROWID, likewise.
    private static let duplicateCodes = [
        SQLITE_CONSTRAINT | 6 << 8, SQLITE_CONSTRAINT | 8 << 8, SQLITE_CONSTRAINT | 10 << 8,
    ]
    private static let writeCode = SQLITE_IOERR | 3 << 8

    /// The file holds what this service does not write.
    package static func damaged(_ message: String) -> SQLiteError {
        SQLiteError(code: SQLITE_CORRUPT, message: message)
    }

    /// An order can't be brought back from what is recorded of it. Like a refused row: other orders are not concerned.
    static let recordUnreadable = SQLiteError(code: SQLITE_MISMATCH, message: "the order's record can't be read")

    /// This error as that of a failed COMMIT.
    ///
    /// The commit record is the last frame that is written, so it is not in the log when a *write* failed. It is there
    /// after a failed sync, and after a failed extension of the log's index, which comes after the sync.
    func asCommitFailure() -> SQLiteError {
        var failure = self
        let recordIsMissing = kind == .full || kind == .busy || code == Self.writeCode
        failure.outcome = recordIsMissing ? .notCommitted : .unknown
        return failure
    }
}

extension SQLiteError: CustomStringConvertible {
    package var description: String { "SQLite: \(message) (code \(code))" }
}
