import Orders
import Reactor

/// The statements that turn one job into rows, inside a transaction that somebody else opened.
final class SQLiteOrderRows {
    private let insertOrder: SQLiteStatement
    private let insertItem: SQLiteStatement
    private let updateStatus: SQLiteStatement
    private let deleteItems: SQLiteStatement
    private let deleteOrder: SQLiteStatement
    /// The text of the order id in hand; statements read it here.
    private var orderID = ByteBuffer(capacity: UUID.textLength)

    init(_ connection: borrowing SQLiteConnection) throws(SQLiteError) {
        // Not INSERT OR IGNORE: that would also pass over a row that a constraint refuses.
        insertOrder = try SQLiteStatement(
            connection, "INSERT INTO orders (id, customer_name, status) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING")
        insertItem = try SQLiteStatement(
            connection, "INSERT INTO order_items (order_id, item_name, quantity) VALUES (?, ?, ?)")
        updateStatus = try SQLiteStatement(connection, "UPDATE orders SET status = ?2 WHERE id = ?1")
        deleteItems = try SQLiteStatement(connection, "DELETE FROM order_items WHERE order_id = ?")
        deleteOrder = try SQLiteStatement(connection, "DELETE FROM orders WHERE id = ?")
    }

    /// Applies `job` of `batch` and counts it in `result`. When it throws, some of the job's rows may be written.
    func apply(
        _ job: Job, of batch: borrowing JobBatch, _ result: inout ApplyResult
    ) throws(SQLiteError) {
        orderID.removeAll()
        orderID.append(job.orderID)
        let text = batch.text.bytes
        switch job.kind {
        case .createOrder:
            guard try create(job, text) else { return result.skipped += 1 }
            for index in job.items { try add(batch.items[index], text) }
            result.created += 1
        case .updateOrderStatus:
            guard try update(job, text) else { return result.miss(job.orderID) }
            result.updated += 1
        case .deleteOrder:
            guard try delete() else { return result.miss(job.orderID) }
            result.deleted += 1
        }
    }

    /// Inserts the items of `job` from the one at `first` on, an index of the batch's items. For the rest of a bulk.
    func addItems(of job: Job, from first: Int, _ batch: borrowing JobBatch) throws(SQLiteError) {
        orderID.removeAll()
        orderID.append(job.orderID)
        for index in first..<job.items.upperBound { try add(batch.items[index], batch.text.bytes) }
    }

    private func create(_ job: Job, _ text: UnsafeRawBufferPointer) throws(SQLiteError) -> Bool {
        try insertOrder.bind(1, text: orderID.bytes)
        try insertOrder.bind(2, text: job.customerName.of(text))
        try insertOrder.bind(3, text: job.status.of(text))
        return try insertOrder.runCountingChanges() > 0
    }

    private func add(_ item: OrderItem, _ text: UnsafeRawBufferPointer) throws(SQLiteError) {
        try insertItem.bind(1, text: orderID.bytes)
        try insertItem.bind(2, text: item.name.of(text))
        try insertItem.bind(3, Int64(item.quantity))
        try insertItem.run()
    }

    private func update(_ job: Job, _ text: UnsafeRawBufferPointer) throws(SQLiteError) -> Bool {
        try updateStatus.bind(1, text: orderID.bytes)
        try updateStatus.bind(2, text: job.status.of(text))
        return try updateStatus.runCountingChanges() > 0
    }

    /// The items go even without their order, so that a later order of the same id does not inherit them.
    private func delete() throws(SQLiteError) -> Bool {
        try deleteItems.bind(1, text: orderID.bytes)
        try deleteItems.run()
        try deleteOrder.bind(1, text: orderID.bytes)
        return try deleteOrder.runCountingChanges() > 0
    }
}

@available(*, unavailable)
extension SQLiteOrderRows: Sendable {}
