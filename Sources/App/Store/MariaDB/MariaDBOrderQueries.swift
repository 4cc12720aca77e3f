import Reactor

/// The reads of one connection, which is of no use any longer after an error.
final class MariaDBOrderQueries {
    private let connection: MariaDBConnection
    private var sql = ByteBuffer()

    /// The most rows that one page with a status looks at. A rare status then takes several pages, some of them short or
    /// empty, and no request reads a whole table of millions. Fewer than in SQLite: each is looked up by its id, at random.
    static let rowsExaminedByStatus: Int64 = 10_000

    init(_ connection: consuming MariaDBConnection) { self.connection = connection }

    /// False when there is none.
    func appendOrder(_ id: UUID, into buffer: inout ByteBuffer) throws(MariaDBError) -> Bool {
        sql.removeAll()
        sql.append(
            """
            SELECT o.seq, o.id, o.customer_name, o.status, i.id, i.item_name, i.quantity \
            FROM orders o LEFT JOIN order_items i ON i.order_id = o.id WHERE o.id =
            """)
        sql.append(byte: UInt8(ascii: " "))
        sql.append(quoted: id)
        sql.append(" ORDER BY i.id")
        let rows = try connection.query(sql.bytes)
        guard rows.step() else { return false }
        _ = rows.appendOrder(into: &buffer)
        return true
    }

    func appendPage(
        limit: Int, after cursor: Int64?, status: UnsafeRawBufferPointer?, into buffer: inout ByteBuffer
    ) throws(MariaDBError) {
        try connection.run("START TRANSACTION WITH CONSISTENT SNAPSHOT")
        buffer.append("{\"total_orders\":")
        buffer.append(signed: max(0, try connection.integer("SELECT total FROM order_counter WHERE id = 1") ?? 0))
        buffer.append(",\"orders\":[")
        let next = try appendOrders(limit: limit, after: cursor, status: status, into: &buffer)
        buffer.append("],\"next\":")
        buffer.append(cursor: next)
        buffer.append("}")
        try connection.run("COMMIT")
    }

    /// Returns the cursor for the next page.
    private func appendOrders(
        limit: Int, after cursor: Int64?, status: UnsafeRawBufferPointer?, into buffer: inout ByteBuffer
    ) throws(MariaDBError) -> Int64? {
        let floor = try floorOfPage(after: cursor, status: status)
        writePageQuery(rows: limit + 1, after: cursor, floor: floor, status: status)
        let rows = try connection.query(sql.bytes)
        guard rows.step() else { return try self.cursor(below: floor) }
        var last = Int64.max
        for index in 0..<limit {
            if index > 0 { buffer.append(byte: UInt8(ascii: ",")) }
            last = rows.integer(0)
            guard rows.appendOrder(into: &buffer) else { return try self.cursor(below: floor) }
        }
        return last
    }

    /// The orders of the page are picked by one index before their items are looked for; what is sorted then is the page.
    private func writePageQuery(rows: Int, after cursor: Int64?, floor: Int64?, status: UnsafeRawBufferPointer?) {
        sql.removeAll()
        sql.append(
            """
            SELECT o.seq, o.id, o.customer_name, o.status, i.id, i.item_name, i.quantity FROM (\
            SELECT seq, id, customer_name, status FROM orders FORCE INDEX (ix_orders_seq) WHERE seq <
            """)
        sql.append(byte: UInt8(ascii: " "))
        sql.append(signed: cursor ?? .max)
        if let floor {
            sql.append(" AND seq >= ")
            sql.append(signed: floor)
        }
        if let status {
            // As bytes: the column's collation may take other texts for the same.
            sql.append(" AND CAST(status AS BINARY) = CAST(")
            connection.append(literal: status, to: &sql)
            sql.append(" AS BINARY)")
        }
        sql.append(" ORDER BY seq DESC LIMIT ")
        sql.append(decimal: UInt64(rows))
        sql.append(") o LEFT JOIN order_items i ON i.order_id = o.id ORDER BY o.seq DESC, i.id")
    }

    /// The lowest position to look at; nil for the lowest of all.
    private func floorOfPage(after cursor: Int64?, status: UnsafeRawBufferPointer?) throws(MariaDBError) -> Int64? {
        guard status != nil, let newest = try newest(below: cursor ?? .max) else { return nil }
        return max(newest, .min + Self.rowsExaminedByStatus) - Self.rowsExaminedByStatus
    }

    /// The cursor that goes on with the first order below `floor`, nil when there is none.
    private func cursor(below floor: Int64?) throws(MariaDBError) -> Int64? {
        guard let floor, let newest = try newest(below: floor) else { return nil }
        return newest + 1
    }

    private func newest(below position: Int64) throws(MariaDBError) -> Int64? {
        try connection.integer("SELECT max(seq) FROM orders WHERE seq < \(position)")
    }
}

@available(*, unavailable)
extension MariaDBOrderQueries: Sendable {}

extension MariaDBRows: OrderRowCursor {}
