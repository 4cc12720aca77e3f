import Orders
import Reactor

/// The statements for `absent_orders`, inside a transaction that somebody else opened: the newest change of each order
/// that is not in `orders`, because it was deleted or because its creation hasn't come yet.
final class SQLiteAbsentOrders {
    private let select: SQLiteStatement
    private let selectRange: SQLiteStatement
    private let record: SQLiteStatement
    private let takeOut: SQLiteStatement
    private let keepCreation: SQLiteStatement
    private let selectCreation: SQLiteStatement
    private let remove: SQLiteStatement
    private let prune: SQLiteStatement
    /// The texts of the ids in hand; statements read them here.
    private var ids = ByteBuffer(capacity: 2 * UUID.textLength)
    /// A creation as JSON, likewise.
    private var json = ByteBuffer()

    init(_ connection: borrowing SQLiteConnection) throws(SQLiteError) {
        let state = "version, status IS NULL, body IS NOT NULL"
        select = try SQLiteStatement(connection, "SELECT \(state) FROM absent_orders WHERE id = ?")
        selectRange = try SQLiteStatement(
            connection, "SELECT \(state), id FROM absent_orders WHERE id BETWEEN ? AND ? LIMIT ?")
        record = try SQLiteStatement(
            connection,
            """
            INSERT INTO absent_orders (id, partition, version, status, recorded) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET version = excluded.version, status = excluded.status,
                recorded = excluded.recorded
            """)
        takeOut = try SQLiteStatement(
            connection,
            """
            REPLACE INTO absent_orders (id, partition, version, status, body, recorded)
            SELECT id, ?2, ?3, NULL, '{"customer_name":' || json_quote(customer_name) || ',"items":[' || ifnull((
                SELECT group_concat('{"name":' || json_quote(item_name) || ',"quantity":' || json_quote(quantity) || '}')
                FROM (SELECT item_name, quantity FROM order_items WHERE order_id = ?1 ORDER BY id)
            ), '') || ']}', ?4 FROM orders WHERE id = ?1
            """)
        keepCreation = try SQLiteStatement(connection, "UPDATE absent_orders SET body = ?2 WHERE id = ?1")
        selectCreation = try SQLiteStatement(connection, "SELECT body FROM absent_orders WHERE id = ?")
        remove = try SQLiteStatement(connection, "DELETE FROM absent_orders WHERE id = ?")
        prune = try SQLiteStatement(
            connection,
            """
            DELETE FROM absent_orders WHERE id IN
            (SELECT id FROM absent_orders WHERE partition = ? AND recorded < ? ORDER BY recorded LIMIT ?)
            """)
    }

    func state(of order: UUID) throws(SQLiteError) -> OrderState? {
        defer { select.reset() }
        try select.bind(1, text: text(of: order))
        return try select.step() ? state(select) : nil
    }

    /// Tells `join` of those whose ids lie in `range`; false when there are more than `limit`.
    func learn(
        _ range: ClosedRange<UUID>, limit: Int, for join: inout OrderJoin
    ) throws(SQLiteError) -> Bool {
        defer { selectRange.reset() }
        ids.removeAll()
        ids.append(range.lowerBound)
        ids.append(range.upperBound)
        try selectRange.bind(1, text: ByteRange(start: 0, count: UUID.textLength).of(ids.bytes))
        try selectRange.bind(2, text: ByteRange(start: UUID.textLength, count: UUID.textLength).of(ids.bytes))
        try selectRange.bind(3, Int64(limit + 1))
        var found = 0
        while try selectRange.step() {
            found += 1
            guard let id = selectRange.withText(3, { $0.flatMap { UUID(text: $0) } }) else { continue }
            join.learn(id, state(selectRange))
        }
        return found <= limit
    }

    /// The change of `order` to `status`, or its delete where that is nil, in place of an older one.
    func record(
        _ order: UUID, _ status: UnsafeRawBufferPointer?, _ version: OrderVersion, _ place: RecordPlace
    ) throws(SQLiteError) {
        try record.bind(1, text: text(of: order))
        try record.bind(2, Int64(place.partition))
        try record.bind(3, Int64(version.number))
        if let status { try record.bind(4, text: status) } else { try record.bindNull(4) }
        try record.bind(5, Int64(place.milliseconds))
        try record.run()
    }

    /// The delete of `order`, which is still in `orders`, with its creation.
    func recordDelete(of order: UUID, _ version: OrderVersion, _ place: RecordPlace) throws(SQLiteError) {
        try takeOut.bind(1, text: text(of: order))
        try takeOut.bind(2, Int64(place.partition))
        try takeOut.bind(3, Int64(version.number))
        try takeOut.bind(4, Int64(place.milliseconds))
        try takeOut.run()
    }

    func keepCreation(by job: Job, of batch: borrowing JobBatch) throws(SQLiteError) {
        json.removeAll()
        json.append(creationBy: job, of: batch)
        try keepCreation.bind(1, text: text(of: job.orderID))
        try keepCreation.bind(2, text: json.bytes)
        try keepCreation.run()
    }

    func creation(of order: UUID) throws(SQLiteError) -> RecordedCreation {
        defer { selectCreation.reset() }
        try selectCreation.bind(1, text: text(of: order))
        guard try selectCreation.step() else { throw .recordUnreadable }
        json.removeAll()
        selectCreation.withText(0) { if let body = $0 { json.append(body) } }
        guard let creation = RecordedCreation(json.bytes) else { throw .recordUnreadable }
        return creation
    }

    func remove(_ order: UUID) throws(SQLiteError) {
        try remove.bind(1, text: text(of: order))
        try remove.run()
    }

    /// Deletes at most `limit` of those of a partition that were recorded before `boundary`.
    func prune(_ partition: Int, before boundary: Int64, limit: Int) throws(SQLiteError) {
        try prune.bind(1, Int64(partition))
        try prune.bind(2, boundary)
        try prune.bind(3, Int64(limit))
        try prune.run()
    }

    private func state(_ row: borrowing SQLiteStatement) -> OrderState {
        .absent(version: row.integer(0), isDeleted: row.integer(1) != 0, hasCreation: row.integer(2) != 0)
    }

    private func text(of order: UUID) -> UnsafeRawBufferPointer {
        ids.removeAll()
        ids.append(order)
        return ids.bytes
    }
}

@available(*, unavailable)
extension SQLiteAbsentOrders: Sendable {}
