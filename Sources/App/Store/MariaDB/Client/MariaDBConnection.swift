import CMariaDB
import Reactor

/// One session with a server. It ends when its owner goes, which rolls back what was not committed. Used by one thread
/// at a time.
///
/// Statements go as text, with hundreds of rows each and many in one round trip. Prepared ones were not tried: the
/// client needs a few hundredths of the time of a batch, and the rest is the server's.
struct MariaDBConnection: ~Copyable {
    private let handle: UnsafeMutablePointer<MYSQL>

    /// Takes over `handle`.
    init(handle: UnsafeMutablePointer<MYSQL>) { self.handle = handle }

    deinit { mysql_close(handle) }

    /// Runs one statement that returns no rows; returns how many rows it matched, changed or not.
    @discardableResult
    func run(_ sql: UnsafeRawBufferPointer) throws(MariaDBError) -> Int {
        try send(sql)
        return affectedRows
    }

    @discardableResult
    func run(_ sql: String) throws(MariaDBError) -> Int {
        var buffer = ByteBuffer()
        buffer.append(string: sql)
        return try run(buffer.bytes)
    }

    /// Runs statements that end with semicolons and return no rows, in one round trip. Appends for each how many rows
    /// it matched. The first that fails ends it, and is then the one behind those in `matched`.
    func runAll(_ sql: UnsafeRawBufferPointer, matched: inout [Int]) throws(MariaDBError) {
        try send(sql)
        while true {
            matched.append(affectedRows)
            let state = mysql_next_result(handle)
            // -1: that was the last one.
            guard state >= 0 else { return }
            guard state == 0 else { throw error() }
        }
    }

    /// Runs one statement that returns rows.
    func query(_ sql: UnsafeRawBufferPointer) throws(MariaDBError) -> MariaDBRows {
        try send(sql)
        guard let result = mysql_store_result(handle) else { throw error() }
        return MariaDBRows(result)
    }

    func query(_ sql: String) throws(MariaDBError) -> MariaDBRows {
        var buffer = ByteBuffer()
        buffer.append(string: sql)
        return try query(buffer.bytes)
    }

    /// Runs statements in one round trip, of which only the last one returns rows.
    func query(last sql: String) throws(MariaDBError) -> MariaDBRows {
        var buffer = ByteBuffer()
        buffer.append(string: sql)
        try send(buffer.bytes)
        while mysql_more_results(handle) != 0 {
            guard mysql_next_result(handle) == 0 else { throw error() }
        }
        guard let result = mysql_store_result(handle) else { throw error() }
        return MariaDBRows(result)
    }

    /// The first column of the first row; nil when there is none, or NULL.
    func integer(_ sql: String) throws(MariaDBError) -> Int64? {
        let rows = try query(sql)
        return rows.step() && !rows.isNull(0) ? rows.integer(0) : nil
    }

    /// Commits the open transaction. ``MariaDBError/outcome`` says how sure it is that it did not.
    func commit() throws(MariaDBError) {
        do throws(MariaDBError) {
            try run("COMMIT")
        } catch {
            throw error.asCommitFailure()
        }
    }

    /// Appends `text`, UTF-8, as a string literal with its quotes.
    func append(literal text: UnsafeRawBufferPointer, to buffer: inout ByteBuffer) {
        // Each byte may need a backslash, and the library ends the text with a zero.
        let room = buffer.reserve(2 * text.count + 3)
        room[0] = UInt8(ascii: "'")
        var count = 0
        if let start = text.baseAddress, let target = room.baseAddress {
            // At most 2 * count + 1 bytes from the second one on: reserve() returned two more than that.
            count = Int(
                mysql_real_escape_string(
                    handle, (target + 1).assumingMemoryBound(to: CChar.self), start.assumingMemoryBound(to: CChar.self),
                    UInt(text.count)))
        }
        room[count + 1] = UInt8(ascii: "'")
        buffer.commit(count + 2)
    }

    /// Such as `10.11.19-MariaDB`.
    var serverVersion: String { String(cString: mysql_get_server_info(handle)) }

    /// Nil without TLS.
    var cipher: String? { mysql_get_ssl_cipher(handle).map { String(cString: $0) } }

    private func send(_ sql: UnsafeRawBufferPointer) throws(MariaDBError) {
        let text = sql.baseAddress?.assumingMemoryBound(to: CChar.self)
        guard mysql_real_query(handle, text, UInt(sql.count)) == 0 else { throw error() }
    }

    private var affectedRows: Int { Int(truncatingIfNeeded: mysql_affected_rows(handle)) }

    private func error() -> MariaDBError {
        MariaDBError(code: mysql_errno(handle), message: String(cString: mysql_error(handle)))
    }
}
