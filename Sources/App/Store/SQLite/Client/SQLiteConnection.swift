import CSQLite
import Glibc
import Reactor

/// One open database. It is closed when its owner goes. Used by one thread at a time: it is opened without SQLite's
/// mutexes.
///
/// Statements may outlive it: the library keeps the file open until the last one is gone.
package struct SQLiteConnection: ~Copyable {
    /// For statements, and for tests that break the file below; nobody else.
    package let handle: OpaquePointer

    private init(handle: OpaquePointer) { self.handle = handle }

    deinit { sqlite3_close_v2(handle) }

    /// Opens or creates the file at `path` in WAL mode, every commit durable (synchronous=FULL).
    package static func open(
        path: String, settings: SQLiteSettings = SQLiteSettings()
    ) throws(SQLiteError) -> SQLiteConnection {
        _ = memoryStatisticsOff
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        let code = sqlite3_open_v2(path, &opened, flags, nil)
        // The handle comes even with an error, to tell about it and to be closed; without it there was no memory.
        guard let opened else { throw SQLiteError(code: code, message: "out of memory") }
        let connection = SQLiteConnection(handle: opened)
        guard code == SQLITE_OK else {
            throw SQLiteError(code: code, message: "\(path): \(String(cString: sqlite3_errmsg(opened)))")
        }
        try connection.apply(settings)
        return connection
    }

    /// Runs SQL that returns no rows; for what is not repeated, since it is parsed each time.
    package func execute(_ sql: String) throws(SQLiteError) {
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw error(code) }
    }

    /// The first column of the first row, nil when there is none.
    package func integer(_ sql: String) throws(SQLiteError) -> Int64? {
        let statement = try SQLiteStatement(self, sql)
        return try statement.step() ? statement.integer(0) : nil
    }

    /// False after BEGIN; true again after COMMIT, ROLLBACK, or an error that made SQLite roll back by itself.
    var isOutsideTransaction: Bool { sqlite3_get_autocommit(handle) != 0 }

    package func error(_ code: Int32) -> SQLiteError {
        SQLiteError(code: code, message: String(cString: sqlite3_errmsg(handle)))
    }

    // Once in the process, before the first connection: the statistics cost a lock in every allocation. It is refused,
    // without harm, when somebody else has already started the library.
    private static let memoryStatisticsOff: Int32 = csqlite_disable_memory_statistics()

    private func apply(_ settings: SQLiteSettings) throws(SQLiteError) {
        sqlite3_busy_timeout(handle, settings.busyTimeoutMilliseconds)
        try execute("PRAGMA page_size=\(settings.pageBytes)")
        try useWriteAheadLog(timeoutMilliseconds: Int(settings.busyTimeoutMilliseconds))
        // secure_delete is on in Debian's build; it writes every freed page once more, full of zeros. Foreign keys stay
        // unchecked, as in the service whose databases are taken over.
        if let pages = settings.maximumPages { try execute("PRAGMA max_page_count=\(pages)") }
        try execute(
            """
            PRAGMA synchronous=FULL; PRAGMA secure_delete=OFF; PRAGMA foreign_keys=OFF;
            PRAGMA cache_size=-\(settings.cacheKiB); PRAGMA wal_autocheckpoint=\(settings.checkpointPages);
            PRAGMA journal_size_limit=\(settings.logLimitBytes); PRAGMA query_only=\(settings.queryOnly ? "ON" : "OFF")
            """)
    }

    /// Changing the journal mode needs the file alone and does not ask the busy handler, so waiting is done here.
    private func useWriteAheadLog(timeoutMilliseconds: Int) throws(SQLiteError) {
        let deadline = Deadline.now().advanced(byMilliseconds: timeoutMilliseconds)
        while true {
            do throws(SQLiteError) {
                let statement = try SQLiteStatement(self, "PRAGMA journal_mode=WAL")
                let changed = try statement.step() && statement.withText(0) { $0?.elementsEqual("wal".utf8) ?? false }
                if changed { return }
                throw SQLiteError(code: SQLITE_CANTOPEN, message: "the file system offers no shared memory for a WAL")
            } catch {
                guard error.kind == .busy, Deadline.now() < deadline else { throw error }
                usleep(5000)
            }
        }
    }
}
