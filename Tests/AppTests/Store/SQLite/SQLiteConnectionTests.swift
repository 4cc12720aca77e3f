import Reactor
import TestServers
import Testing

@testable import Store

@Suite struct SQLiteConnectionTests {
    let directory = TemporaryDirectory()

    @Test("A connection logs ahead, syncs every commit and does not zero freed pages")
    func settings() throws {
        let connection = try SQLiteConnection.open(path: directory.file("a.db"))
        #expect(try connection.integer("PRAGMA synchronous") == 2)
        #expect(try connection.integer("PRAGMA secure_delete") == 0)
        #expect(try connection.integer("PRAGMA foreign_keys") == 0)
        #expect(try connection.integer("SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'") == 1)
    }

    @Test("A query-only connection refuses to write")
    func queryOnly() throws {
        let connection = try SQLiteConnection.open(
            path: directory.file("a.db"), settings: SQLiteSettings(queryOnly: true))
        let error = #expect(throws: SQLiteError.self) { try connection.execute("CREATE TABLE t (a)") }
        #expect(error?.kind == .cannotOpen)
    }

    @Test("A file that can't be opened, and one that is no database, say so")
    func cannotOpen() throws {
        let missing = #expect(throws: SQLiteError.self) {
            _ = try SQLiteConnection.open(path: directory.file("missing/a.db"))
        }
        #expect(missing?.kind == .cannotOpen)
        let text = directory.file("text.db")
        directory.write(String(repeating: "no database ", count: 100), to: "text.db")
        let damaged = #expect(throws: SQLiteError.self) { _ = try SQLiteConnection.open(path: text) }
        #expect(damaged?.kind == .corrupt)
    }

    @Test("Errors are told apart: constraint, too big, busy, full")
    func kinds() throws {
        let impatient = SQLiteSettings(busyTimeoutMilliseconds: 0)
        let connection = try SQLiteConnection.open(path: directory.file("a.db"), settings: impatient)
        try connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB CHECK (length(body) < 1000000))")

        let constraint = #expect(throws: SQLiteError.self) {
            try connection.execute("INSERT INTO t (body) VALUES (zeroblob(1000000))")
        }
        #expect(constraint?.kind == .constraint && constraint?.refusesRow == true)
        let tooBig = #expect(throws: SQLiteError.self) { try connection.execute("SELECT zeroblob(2000000000)") }
        #expect(tooBig?.kind == .unacceptableValue && tooBig?.refusesRow == true)

        let other = try SQLiteConnection.open(path: directory.file("a.db"), settings: impatient)
        try other.execute("BEGIN IMMEDIATE")
        let busy = #expect(throws: SQLiteError.self) { try connection.execute("BEGIN IMMEDIATE") }
        #expect(busy?.kind == .busy && busy?.refusesRow == false)
        other.rollBack()

        try connection.execute("PRAGMA max_page_count=4")
        let full = #expect(throws: SQLiteError.self) {
            try connection.inWriteTransaction { () throws(SQLiteError) in
                try connection.execute("INSERT INTO t (body) VALUES (zeroblob(100000))")
            }
        }
        #expect(full?.kind == .full && full?.refusesRow == false)
        #expect(connection.isOutsideTransaction == true)
    }

    @Test("Bytes are bound and lent as they are: empty, with NUL, not UTF-8, NULL")
    func bytes() throws {
        let connection = try SQLiteConnection.open(path: directory.file("a.db"))
        let statement = try SQLiteStatement(connection, "SELECT ?, ?, ?, ?, ?")
        var buffer = ByteBuffer()
        buffer.append(string: "a\0b")
        try statement.bind(1, text: buffer.bytes)
        try statement.bind(2, text: UnsafeRawBufferPointer(start: nil, count: 0))
        try statement.bind(3, blob: UnsafeRawBufferPointer(start: nil, count: 0))
        try statement.bindNull(4)
        try statement.bind(5, testID(7))
        #expect(try statement.step())
        #expect(statement.withText(0) { $0.map { Array($0) } } == Array("a\0b".utf8))
        #expect(statement.withText(1) { $0.map { Array($0) } } == [])
        #expect(statement.withBlob(2) { Array($0) } == [] && !statement.isNull(2))
        #expect(statement.withText(3) { $0.map { Array($0) } } == nil && statement.isNull(3))
        #expect(statement.uuid(4) == testID(7))
        #expect(try !statement.step())
    }
}
