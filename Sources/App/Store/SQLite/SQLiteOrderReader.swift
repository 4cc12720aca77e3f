package import Orders
package import Reactor

/// Reads orders from the database as the JSON that the API answers with. One for each reader thread.
///
/// Each call reads one snapshot: the newest one that was committed when it began.
package final class SQLiteOrderReader: OrderReading {
    private let connection: SQLiteConnection
    private let selectOrder: SQLiteStatement
    private let selectAbsent: SQLiteStatement
    private let selectPage: SQLiteStatement
    private let selectStatusPage: SQLiteStatement
    private let selectTotal: SQLiteStatement
    private let selectKey: SQLiteStatement
    /// The text of the order id asked for; the statement reads it here.
    private var orderID = ByteBuffer(capacity: UUID.textLength)
    /// The key asked for, likewise.
    private var keyBytes = ByteBuffer(capacity: IdempotencyKey.lengths.upperBound)

    static let orderSQL = """
        SELECT o.rowid, o.id, o.customer_name, o.status, i.id, i.item_name, i.quantity, o.version
        FROM orders o LEFT JOIN order_items i ON i.order_id = o.id
        WHERE o.id = ? ORDER BY i.id
        """

    static let absentSQL = """
        SELECT (SELECT version FROM absent_orders WHERE id = ? AND status IS NULL),
            (SELECT max(reset) FROM order_partitions)
        """

    // For both pages two indexes give the rows in this order without a sort, so reading may stop at any row at no cost.
    static let pageSQL = """
        SELECT o.rowid, o.id, o.customer_name, o.status, i.id, i.item_name, i.quantity
        FROM orders o LEFT JOIN order_items i ON i.order_id = o.id
        WHERE o.rowid < ?1
        ORDER BY o.rowid DESC, i.id
        """

    // Each entry of an index ends with the rowid. It is named, since SQLite does not know which statuses are rare, and
    // without it one that nearly no order has would be looked for in all of them.
    static let statusPageSQL = """
        SELECT o.rowid, o.id, o.customer_name, o.status, i.id, i.item_name, i.quantity
        FROM orders o INDEXED BY \(SQLiteSchema.statusIndex) LEFT JOIN order_items i ON i.order_id = o.id
        WHERE o.status = ?2 AND o.rowid < ?1
        ORDER BY o.rowid DESC, i.id
        """

    static let keySQL = """
        SELECT fingerprint, seed, count(*) FROM idempotency_keys WHERE idempotency_key = ?
        GROUP BY seed, fingerprint ORDER BY seed DESC LIMIT 1
        """

    /// Opens the database at `path`, whose tables a ``SQLiteOrderStore`` has installed.
    package init(path: String, settings: SQLiteSettings = SQLiteSettings()) throws(SQLiteError) {
        var readOnly = settings
        readOnly.queryOnly = true
        connection = try SQLiteConnection.open(path: path, settings: readOnly)
        selectOrder = try SQLiteStatement(connection, Self.orderSQL)
        selectAbsent = try SQLiteStatement(connection, Self.absentSQL)
        selectPage = try SQLiteStatement(connection, Self.pageSQL)
        selectStatusPage = try SQLiteStatement(connection, Self.statusPageSQL)
        selectTotal = try SQLiteStatement(connection, "SELECT total FROM order_counter")
        selectKey = try SQLiteStatement(connection, Self.keySQL)
    }

    package func order(_ id: UUID, into buffer: inout ByteBuffer) throws(StoreError) -> StoredOrder {
        let before = buffer.count
        do throws(SQLiteError) {
            return try appendOrder(id, into: &buffer)
        } catch {
            buffer.truncate(to: before)
            throw .sqlite(error)
        }
    }

    package func page(
        limit: Int, after cursor: Int64?, status: UnsafeRawBufferPointer? = nil, into buffer: inout ByteBuffer
    ) throws(StoreError) {
        let before = buffer.count
        do throws(SQLiteError) {
            try appendPage(limit: limit, after: cursor, status: status, into: &buffer)
        } catch {
            buffer.truncate(to: before)
            throw .sqlite(error)
        }
    }

    package func record(of key: IdempotencyKey) throws(StoreError) -> StoredKey? {
        do throws(SQLiteError) {
            return try stored(key)
        } catch {
            throw .sqlite(error)
        }
    }

    private func stored(_ key: IdempotencyKey) throws(SQLiteError) -> StoredKey? {
        keyBytes.removeAll()
        key.bytes.withUnsafeBytes { keyBytes.append($0) }
        defer { selectKey.reset() }
        try selectKey.bind(1, blob: keyBytes.bytes)
        guard try selectKey.step(), let fingerprint = selectKey.withBlob(0, { SHA256Digest($0) }),
            let idSeed = selectKey.uuid(1)
        else { return nil }
        return StoredKey(
            record: KeyRecord(fingerprint: fingerprint, idSeed: idSeed), orders: Int(selectKey.integer(2)))
    }

    private func appendOrder(_ id: UUID, into buffer: inout ByteBuffer) throws(SQLiteError) -> StoredOrder {
        orderID.removeAll()
        orderID.append(id)
        defer { selectOrder.reset() }
        try selectOrder.bind(1, text: orderID.bytes)
        guard try selectOrder.step() else { return try missing(id) }
        let version = OrderVersion.effective(of: id, column: selectOrder.integer(7))
        _ = try selectOrder.appendOrder(into: &buffer)
        return .found(version)
    }

    private func missing(_ id: UUID) throws(SQLiteError) -> StoredOrder {
        defer { selectAbsent.reset() }
        try selectAbsent.bind(1, text: orderID.bytes)
        guard try selectAbsent.step() else { return .missing(since: .none) }
        return .missing(
            id, deleted: .stored(selectAbsent.integer(0)), reset: .stored(selectAbsent.integer(1)))
    }

    private func appendPage(
        limit: Int, after cursor: Int64?, status: UnsafeRawBufferPointer?, into buffer: inout ByteBuffer
    ) throws(SQLiteError) {
        try connection.execute("BEGIN")
        // A transaction that only read has nothing to commit.
        defer { connection.rollBack() }
        buffer.append("{\"total_orders\":")
        buffer.append(decimal: UInt64(max(0, try total())))
        buffer.append(",\"orders\":[")
        let next: Int64?
        if let status {
            try selectStatusPage.bind(2, text: status)
            next = try appendOrders(selectStatusPage, limit: limit, after: cursor, into: &buffer)
        } else {
            next = try appendOrders(selectPage, limit: limit, after: cursor, into: &buffer)
        }
        buffer.append("],\"next\":")
        buffer.append(cursor: next)
        buffer.append("}")
    }

    private func total() throws(SQLiteError) -> Int64 {
        defer { selectTotal.reset() }
        return try selectTotal.step() ? selectTotal.integer(0) : 0
    }

    /// Returns the cursor for the next page, nil when no order follows.
    private func appendOrders(
        _ rows: borrowing SQLiteStatement, limit: Int, after cursor: Int64?, into buffer: inout ByteBuffer
    ) throws(SQLiteError) -> Int64? {
        defer { rows.reset() }
        try rows.bind(1, cursor ?? .max)
        return try rows.step() ? rows.appendOrders(limit: limit, into: &buffer) : nil
    }
}

@available(*, unavailable)
extension SQLiteOrderReader: Sendable {}

extension SQLiteStatement: OrderRowCursor {}
