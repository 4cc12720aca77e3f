import Orders
import Reactor

/// The statements that turn one job into rows of `orders` and `order_items`, inside a transaction that somebody else
/// opened.
final class SQLiteOrderRows {
    private let insertOrder: SQLiteStatement
    private let insertHeeding: SQLiteStatement
    private let insertAgain: SQLiteStatement
    private let insertItem: SQLiteStatement
    private let updateStatus: SQLiteStatement
    private let deleteItems: SQLiteStatement
    private let deleteOrder: SQLiteStatement
    private let selectVersion: SQLiteStatement
    /// The text of the order id in hand; statements read it here.
    private var orderID = ByteBuffer(capacity: UUID.textLength)

    init(_ connection: borrowing SQLiteConnection) throws(SQLiteError) {
        insertOrder = try SQLiteStatement(
            connection, "INSERT INTO orders (id, customer_name, status) VALUES (?, ?, ?)")
        insertHeeding = try SQLiteStatement(
            connection,
            """
            INSERT INTO orders (id, customer_name, status, version)
            SELECT id, ?2, status, version FROM absent_orders WHERE id = ?1
            """)
        insertAgain = try SQLiteStatement(
            connection, "INSERT INTO orders (id, customer_name, status, version) VALUES (?, ?, ?, ?)")
        insertItem = try SQLiteStatement(
            connection, "INSERT INTO order_items (order_id, item_name, quantity) VALUES (?, ?, ?)")
        updateStatus = try SQLiteStatement(connection, "UPDATE orders SET status = ?2, version = ?3 WHERE id = ?1")
        deleteItems = try SQLiteStatement(connection, "DELETE FROM order_items WHERE order_id = ?")
        deleteOrder = try SQLiteStatement(connection, "DELETE FROM orders WHERE id = ?")
        selectVersion = try SQLiteStatement(connection, "SELECT version FROM orders WHERE id = ?")
    }

    /// nil when it isn't there.
    func state(of order: UUID) throws(SQLiteError) -> OrderState? {
        take(order)
        defer { selectVersion.reset() }
        try selectVersion.bind(1, text: orderID.bytes)
        return try selectVersion.step() ? .present(order, column: selectVersion.integer(0)) : nil
    }

    func insert(_ job: Job, of batch: borrowing JobBatch) throws(SQLiteError) {
        let text = batch.text.bytes
        take(job.orderID)
        try insertOrder.bind(1, text: orderID.bytes)
        try insertOrder.bind(2, text: job.customerName.of(text))
        try insertOrder.bind(3, text: job.status.of(text))
        try insertOrder.run()
        for index in job.items { try add(batch.items[index], text) }
    }

    /// With the status and the version that are in `absent_orders`.
    func insertHeedingChange(_ job: Job, of batch: borrowing JobBatch) throws(SQLiteError) {
        let text = batch.text.bytes
        take(job.orderID)
        try insertHeeding.bind(1, text: orderID.bytes)
        try insertHeeding.bind(2, text: job.customerName.of(text))
        try insertHeeding.run()
        for index in job.items { try add(batch.items[index], text) }
    }

    func insert(
        _ order: UUID, _ creation: borrowing RecordedCreation, status: UnsafeRawBufferPointer, _ version: OrderVersion
    ) throws(SQLiteError) {
        take(order)
        try insertAgain.bind(1, text: orderID.bytes)
        if let name = creation.customerName { try insertAgain.bind(2, text: name) } else { try insertAgain.bindNull(2) }
        try insertAgain.bind(3, text: status)
        try insertAgain.bind(4, Int64(version.number))
        try insertAgain.run()
        try insertItem.bind(1, text: orderID.bytes)
        for item in creation.items {
            if let name = creation.name(of: item) {
                try insertItem.bind(2, text: name)
            } else {
                try insertItem.bindNull(2)
            }
            if let quantity = item.quantity { try insertItem.bind(3, quantity) } else { try insertItem.bindNull(3) }
            try insertItem.run()
        }
    }

    /// Inserts the items of `job` from the one at `first` on, an index of the batch's items. For the rest of a bulk.
    func addItems(of job: Job, from first: Int, _ batch: borrowing JobBatch) throws(SQLiteError) {
        take(job.orderID)
        for index in first..<job.items.upperBound { try add(batch.items[index], batch.text.bytes) }
    }

    func setStatus(
        _ status: UnsafeRawBufferPointer, of order: UUID, _ version: OrderVersion
    ) throws(SQLiteError) {
        take(order)
        try updateStatus.bind(1, text: orderID.bytes)
        try updateStatus.bind(2, text: status)
        try updateStatus.bind(3, Int64(version.number))
        try updateStatus.run()
    }

    func delete(_ order: UUID) throws(SQLiteError) {
        take(order)
        try deleteItems.bind(1, text: orderID.bytes)
        try deleteItems.run()
        try deleteOrder.bind(1, text: orderID.bytes)
        try deleteOrder.run()
    }

    private func take(_ order: UUID) {
        orderID.removeAll()
        orderID.append(order)
    }

    private func add(_ item: OrderItem, _ text: UnsafeRawBufferPointer) throws(SQLiteError) {
        try insertItem.bind(1, text: orderID.bytes)
        try insertItem.bind(2, text: item.name.of(text))
        try insertItem.bind(3, Int64(item.quantity))
        try insertItem.run()
    }
}

@available(*, unavailable)
extension SQLiteOrderRows: Sendable {}
