import CSQLite
package import Orders

/// One compiled statement of a connection, finalized when its owner goes.
///
/// Bytes are bound without a copy. They must stay where they are until the statement has run to its end (``run()``) or
/// has been reset. A later bind replaces them before SQLite looks at them again.
package struct SQLiteStatement: ~Copyable {
    private let handle: OpaquePointer

    package init(_ connection: borrowing SQLiteConnection, _ sql: String) throws(SQLiteError) {
        var compiled: OpaquePointer?
        let code = sqlite3_prepare_v3(connection.handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &compiled, nil)
        guard code == SQLITE_OK, let compiled else { throw connection.error(code) }
        handle = compiled
    }

    deinit { sqlite3_finalize(handle) }

    /// Runs a statement that returns no rows, and makes it ready for the next time.
    package func run() throws(SQLiteError) {
        let code = sqlite3_step(handle)
        guard code == SQLITE_DONE else { throw failure(code) }
        sqlite3_reset(handle)
    }

    /// The same, for an INSERT, UPDATE or DELETE; returns how many rows it changed.
    package func runCountingChanges() throws(SQLiteError) -> Int {
        try run()
        return Int(sqlite3_changes(sqlite3_db_handle(handle)))
    }

    /// True when there is a row to read, false at the end.
    package func step() throws(SQLiteError) -> Bool {
        let code = sqlite3_step(handle)
        if code == SQLITE_ROW { return true }
        guard code == SQLITE_DONE else { throw failure(code) }
        return false
    }

    /// Ends the reading, and with it the snapshot that it held.
    package func reset() { sqlite3_reset(handle) }

    // MARK: Parameters, from 1

    package func bind(_ index: Int32, text: UnsafeRawBufferPointer) throws(SQLiteError) {
        // A null pointer would bind NULL; the start of an empty buffer may be one.
        let empty: StaticString = ""
        let start = text.baseAddress ?? UnsafeRawPointer(empty.utf8Start)
        // A nil destructor is SQLITE_STATIC: no copy.
        let bytes = start.assumingMemoryBound(to: CChar.self)
        try check(sqlite3_bind_text(handle, index, bytes, Int32(text.count), nil))
    }

    package func bind(_ index: Int32, blob: UnsafeRawBufferPointer) throws(SQLiteError) {
        guard let start = blob.baseAddress else { return try check(sqlite3_bind_zeroblob(handle, index, 0)) }
        try check(sqlite3_bind_blob(handle, index, start, Int32(blob.count), nil))
    }

    package func bind(_ index: Int32, _ value: Int64) throws(SQLiteError) {
        try check(sqlite3_bind_int64(handle, index, value))
    }

    package func bindNull(_ index: Int32) throws(SQLiteError) { try check(sqlite3_bind_null(handle, index)) }

    /// The 16 bytes of `uuid` as a blob, which sorts as the ids do; copied.
    package func bind(_ index: Int32, _ uuid: UUID) throws(SQLiteError) {
        let words = (uuid.high.bigEndian, uuid.low.bigEndian)
        // SQLITE_TRANSIENT, "copy this now", is the macro ((sqlite3_destructor_type)-1).
        let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        try check(
            withUnsafeBytes(of: words) { sqlite3_bind_blob(handle, index, $0.baseAddress, Int32($0.count), transient) })
    }

    // MARK: Columns of the current row, from 0

    package func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    package func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    /// Lends the UTF-8 of a column until `body` returns, nil for NULL.
    package func withText<Result>(_ column: Int32, _ body: (UnsafeRawBufferPointer?) -> Result) -> Result {
        guard let start = sqlite3_column_text(handle, column) else { return body(nil) }
        return body(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }

    /// Lends the bytes of a column until `body` returns; NULL is lent as none.
    package func withBlob<Result>(_ column: Int32, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        let start = sqlite3_column_blob(handle, column)
        return body(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }

    /// A column that holds the 16 bytes of an id; nil for anything else.
    package func uuid(_ column: Int32) -> UUID? {
        withBlob(column) { bytes in
            guard bytes.count == 16 else { return nil }
            return UUID(
                high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        }
    }

    private func check(_ code: Int32) throws(SQLiteError) {
        guard code == SQLITE_OK else { throw failure(code) }
    }

    private func failure(_ code: Int32) -> SQLiteError {
        let message = String(cString: sqlite3_errmsg(sqlite3_db_handle(handle)))
        // After the message was read: the reset would not lose it, but a statement left in the middle holds a snapshot.
        sqlite3_reset(handle)
        return SQLiteError(code: code, message: message)
    }
}
