import Reactor

/// Reads orders from the database as the JSON that the API answers with. One for each reader thread.
///
/// Each call reads one snapshot: the newest one that was committed when it began.
final class SQLiteOrderReader: OrderReading {
    private let connection: SQLiteConnection
    private let selectOrder: SQLiteStatement
    private let selectPage: SQLiteStatement
    private let selectTotal: SQLiteStatement
    private let selectNewestBelow: SQLiteStatement
    /// The text of the order id asked for; the statement reads it here.
    private var orderID = ByteBuffer(capacity: UUID.textLength)

    /// The most rows that one page with a status looks at. A rare status then takes several pages, some of them short or
    /// empty, and no request reads a whole table of millions.
    static let rowsExaminedByStatus: Int64 = 50_000

    static let orderSQL = """
        SELECT o.rowid, o.id, o.customer_name, o.status, i.id, i.item_name, i.quantity
        FROM orders o LEFT JOIN order_items i ON i.order_id = o.id
        WHERE o.id = ? ORDER BY i.id
        """

    // Two indexes give the rows in this order without a sort, so reading may stop at any row at no cost.
    static let pageSQL = """
        SELECT o.rowid, o.id, o.customer_name, o.status, i.id, i.item_name, i.quantity
        FROM orders o LEFT JOIN order_items i ON i.order_id = o.id
        WHERE o.rowid < ?1 AND o.rowid >= ?2 AND (?3 IS NULL OR o.status = ?3)
        ORDER BY o.rowid DESC, i.id
        """

    /// Opens the database at `path`, whose tables a ``SQLiteOrderStore`` has installed.
    init(path: String, settings: SQLiteSettings = SQLiteSettings()) throws(SQLiteError) {
        var readOnly = settings
        readOnly.queryOnly = true
        connection = try SQLiteConnection.open(path: path, settings: readOnly)
        selectOrder = try SQLiteStatement(connection, Self.orderSQL)
        selectPage = try SQLiteStatement(connection, Self.pageSQL)
        selectTotal = try SQLiteStatement(connection, "SELECT total FROM order_counter")
        selectNewestBelow = try SQLiteStatement(connection, "SELECT max(rowid) FROM orders WHERE rowid < ?")
    }

    func order(_ id: UUID, into buffer: inout ByteBuffer) throws(StoreError) -> Bool {
        let before = buffer.count
        do throws(SQLiteError) {
            return try appendOrder(id, into: &buffer)
        } catch {
            buffer.truncate(to: before)
            throw .sqlite(error)
        }
    }

    /// With a status, pages can be short before the last one: see ``rowsExaminedByStatus``.
    func page(
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

    private func appendOrder(_ id: UUID, into buffer: inout ByteBuffer) throws(SQLiteError) -> Bool {
        orderID.removeAll()
        orderID.append(id)
        defer { selectOrder.reset() }
        try selectOrder.bind(1, text: orderID.bytes)
        guard try selectOrder.step() else { return false }
        _ = try selectOrder.appendOrder(into: &buffer)
        return true
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
        let next = try appendOrders(limit: limit, after: cursor, status: status, into: &buffer)
        buffer.append("],\"next\":")
        buffer.append(cursor: next)
        buffer.append("}")
    }

    private func total() throws(SQLiteError) -> Int64 {
        defer { selectTotal.reset() }
        return try selectTotal.step() ? selectTotal.integer(0) : 0
    }

    /// Returns the cursor for the next page.
    private func appendOrders(
        limit: Int, after cursor: Int64?, status: UnsafeRawBufferPointer?, into buffer: inout ByteBuffer
    ) throws(SQLiteError) -> Int64? {
        defer { selectPage.reset() }
        let floor = try floorOfPage(after: cursor, status: status)
        try selectPage.bind(1, cursor ?? .max)
        try selectPage.bind(2, floor)
        if let status { try selectPage.bind(3, text: status) } else { try selectPage.bindNull(3) }
        guard try selectPage.step() else { return try self.cursor(below: floor) }
        var last = Int64.max
        for index in 0..<limit {
            if index > 0 { buffer.append(byte: UInt8(ascii: ",")) }
            last = selectPage.integer(0)
            guard try selectPage.appendOrder(into: &buffer) else { return try self.cursor(below: floor) }
        }
        return last
    }

    /// The lowest row to look at.
    private func floorOfPage(after cursor: Int64?, status: UnsafeRawBufferPointer?) throws(SQLiteError) -> Int64 {
        guard status != nil, let newest = try newestRow(below: cursor ?? .max) else { return .min }
        return max(newest, .min + Self.rowsExaminedByStatus) - Self.rowsExaminedByStatus
    }

    /// The cursor that goes on with the first row below `floor`, nil when there is none.
    private func cursor(below floor: Int64) throws(SQLiteError) -> Int64? {
        guard floor > .min, let row = try newestRow(below: floor) else { return nil }
        return row + 1
    }

    private func newestRow(below row: Int64) throws(SQLiteError) -> Int64? {
        try selectNewestBelow.bind(1, row)
        defer { selectNewestBelow.reset() }
        guard try selectNewestBelow.step(), !selectNewestBelow.isNull(0) else { return nil }
        return selectNewestBelow.integer(0)
    }

}

@available(*, unavailable)
extension SQLiteOrderReader: Sendable {}

extension SQLiteStatement: OrderRowCursor {}
