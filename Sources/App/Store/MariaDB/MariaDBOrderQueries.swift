import Orders
import Reactor

/// The reads of one connection, which is of no use any longer after an error.
final class MariaDBOrderQueries {
    private let connection: MariaDBConnection
    private var sql = ByteBuffer()

    init(_ connection: consuming MariaDBConnection) { self.connection = connection }

    func appendOrder(_ id: UUID, into buffer: inout ByteBuffer) throws(MariaDBError) -> StoredOrder {
        sql.removeAll()
        sql.append(
            """
            SELECT o.seq, o.id, o.customer_name, o.status, i.id, i.item_name, i.quantity, o.version \
            FROM orders o LEFT JOIN order_items i ON i.order_id = o.id WHERE o.id =
            """)
        sql.append(byte: UInt8(ascii: " "))
        sql.append(quoted: id)
        sql.append(" ORDER BY i.id")
        let rows = try connection.query(sql.bytes)
        guard rows.step() else { return try missing(id) }
        let version = OrderVersion.effective(of: id, column: rows.integer(7))
        _ = rows.appendOrder(into: &buffer)
        return .found(version)
    }

    /// A snapshot of its own, that of a moment later. What is gone then was gone, or never there, before.
    private func missing(_ id: UUID) throws(MariaDBError) -> StoredOrder {
        sql.removeAll()
        sql.append("SELECT (SELECT version FROM absent_orders WHERE status IS NULL AND id = ")
        sql.append(quoted: id)
        sql.append("), (SELECT MAX(reset) FROM order_partitions)")
        let rows = try connection.query(sql.bytes)
        guard rows.step() else { return .missing(since: .none) }
        return .missing(id, deleted: .stored(rows.integer(0)), reset: .stored(rows.integer(1)))
    }

    func record(of key: IdempotencyKey) throws(MariaDBError) -> StoredKey? {
        sql.removeAll()
        sql.append("SELECT fingerprint, seed, count(*) FROM idempotency_keys WHERE idempotency_key = ")
        key.bytes.withUnsafeBytes { sql.append(hexLiteral: $0) }
        sql.append(" GROUP BY seed, fingerprint ORDER BY seed DESC LIMIT 1")
        let rows = try connection.query(sql.bytes)
        guard rows.step(), let fingerprint = rows.withText(0, { $0.flatMap { SHA256Digest($0) } }),
            let idSeed = rows.uuid(1)
        else { return nil }
        return StoredKey(record: KeyRecord(fingerprint: fingerprint, idSeed: idSeed), orders: Int(rows.integer(2)))
    }

    func appendPage(
        limit: Int, after cursor: Int64?, status: UnsafeRawBufferPointer?, into buffer: inout ByteBuffer
    ) throws(MariaDBError) {
        try connection.run("START TRANSACTION WITH CONSISTENT SNAPSHOT")
        buffer.append("{\"total_orders\":")
        guard let total = try connection.integer("SELECT total FROM order_counter WHERE id = 1") else {
            throw .countMissing
        }
        buffer.append(signed: max(0, total))
        buffer.append(",\"orders\":[")
        let next = try appendOrders(limit: limit, after: cursor, status: status, into: &buffer)
        buffer.append("],\"next\":")
        buffer.append(cursor: next)
        buffer.append("}")
        try connection.run("COMMIT")
    }

    /// Returns the cursor for the next page, nil when no order follows.
    private func appendOrders(
        limit: Int, after cursor: Int64?, status: UnsafeRawBufferPointer?, into buffer: inout ByteBuffer
    ) throws(MariaDBError) -> Int64? {
        sql.removeAll()
        Self.appendPageQuery(rows: limit + 1, after: cursor, status: status, connection, to: &sql)
        let rows = try connection.query(sql.bytes)
        return rows.step() ? rows.appendOrders(limit: limit, into: &buffer) : nil
    }

    /// Appends the query for at most `rows` orders with their items.
    ///
    /// The orders are picked by one index before their items are looked for; what is sorted then is the page.
    static func appendPageQuery(
        rows: Int, after cursor: Int64?, status: UnsafeRawBufferPointer?, _ connection: borrowing MariaDBConnection,
        to sql: inout ByteBuffer
    ) {
        sql.append(
            """
            SELECT o.seq, o.id, o.customer_name, o.status, i.id, i.item_name, i.quantity FROM (\
            SELECT seq, id, customer_name, status FROM orders FORCE INDEX (
            """)
        sql.append(string: status == nil ? MariaDBSchema.sequenceIndex : MariaDBSchema.statusIndex)
        sql.append(") WHERE seq < ")
        sql.append(signed: cursor ?? .max)
        if let status {
            sql.append(" AND status = ")
            connection.append(literal: status, to: &sql)
            // As bytes too: a server without such a collation takes other texts for the same.
            sql.append(" AND CAST(status AS BINARY) = CAST(")
            connection.append(literal: status, to: &sql)
            sql.append(" AS BINARY)")
        }
        sql.append(" ORDER BY seq DESC LIMIT ")
        sql.append(decimal: UInt64(rows))
        sql.append(") o LEFT JOIN order_items i ON i.order_id = o.id ORDER BY o.seq DESC, i.id")
    }
}

@available(*, unavailable)
extension MariaDBOrderQueries: Sendable {}

extension MariaDBRows: OrderRowCursor {}
