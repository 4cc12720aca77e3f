import Orders
import Reactor

/// Reads orders from a MariaDB or MySQL database as the JSON that the API answers with. One for each reader thread.
///
/// It connects when it is first asked, and anew after every failure.
final class MariaDBOrderReader: OrderReading {
    private let database: MariaDBDatabase
    /// Nil when the next read has to connect.
    private var queries: MariaDBOrderQueries?

    /// A connection that is lost sooner than this after a read began had been closed while it was idle. Then it is
    /// worth connecting and asking again. Later the one who waits should be told.
    static let lostWhileIdleMilliseconds = 500

    /// How often a read begins anew when somebody empties the tables meanwhile. The server is well, and answers as soon
    /// as they are there again.
    private static let crossings = 4

    init(_ database: MariaDBDatabase) { self.database = database }

    func order(_ id: UUID, into buffer: inout ByteBuffer) throws(StoreError) -> StoredOrder {
        try reading(into: &buffer) { (queries, buffer) throws(MariaDBError) in
            try queries.appendOrder(id, into: &buffer)
        }
    }

    func page(
        limit: Int, after cursor: Int64?, status: UnsafeRawBufferPointer? = nil, into buffer: inout ByteBuffer
    ) throws(StoreError) {
        try reading(into: &buffer) { (queries, buffer) throws(MariaDBError) in
            try queries.appendPage(limit: limit, after: cursor, status: status, into: &buffer)
        }
    }

    func record(of key: IdempotencyKey) throws(StoreError) -> StoredKey? {
        var nothing = ByteBuffer()
        return try reading(into: &nothing) { (queries, _) throws(MariaDBError) in try queries.record(of: key) }
    }

    private func reading<Result>(
        into buffer: inout ByteBuffer,
        _ read: (MariaDBOrderQueries, inout ByteBuffer) throws(MariaDBError) -> Result
    ) throws(StoreError) -> Result {
        let before = buffer.count
        let start = Deadline.now()
        var mayRepeat = queries != nil
        var crossingsLeft = Self.crossings
        while true {
            do throws(MariaDBError) {
                return try read(connected(), &buffer)
            } catch {
                buffer.truncate(to: before)
                queries = nil
                if error.kind == .missingTable { database.tablesAreMissing() }
                if [.tableChanged, .deadlock].contains(error.kind), crossingsLeft > 0 {
                    crossingsLeft -= 1
                    continue
                }
                let isEarly = Deadline.now() < start.advanced(byMilliseconds: Self.lostWhileIdleMilliseconds)
                let isWorthwhile = error.kind == .connectionLost || error.kind == .missingTable
                guard mayRepeat, isEarly, isWorthwhile else { throw .mariadb(error) }
                mayRepeat = false
            }
        }
    }

    private func connected() throws(MariaDBError) -> MariaDBOrderQueries {
        if let queries { return queries }
        let new = MariaDBOrderQueries(try database.connect(.reader))
        queries = new
        return new
    }
}

@available(*, unavailable)
extension MariaDBOrderReader: Sendable {}
