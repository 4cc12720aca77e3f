import Orders
import Reactor

/// The statements for jobs, in the order of the jobs, as text to be run in one round trip, and what their results mean.
///
/// Runs of creates become INSERTs of many rows. Updates and deletes stay statements of their own, so that the server
/// says for each whether the order was there. What they would cost most is a round trip each, which they share here.
struct MariaDBOrderScript: ~Copyable {
    /// What the number of rows that a statement matched says about jobs.
    enum Effect: Equatable {
        case none
        case creates(Int)
        case update(UUID)
        case delete(UUID)
    }

    /// Rows of one INSERT INTO orders. From 32 on a row gets no cheaper, up to 2048.
    static let rowsPerInsert = 512

    private(set) var sql = ByteBuffer()
    /// One for each statement.
    private(set) var effects: [Effect] = []
    /// Orders in the INSERT at the end of `sql` that is not complete yet.
    private var openRows = 0
    /// The INSERT of their items, which has to come behind it.
    private var items = ByteBuffer()
    /// And that of the keys that they were sent with.
    private var keys = ByteBuffer()

    /// Of what ``finish()`` would complete too.
    var byteCount: Int { sql.count + items.count + keys.count }

    mutating func removeAll() {
        sql.removeAll()
        items.removeAll()
        keys.removeAll()
        effects.removeAll(keepingCapacity: true)
        openRows = 0
    }

    /// Appends the statements of `job`. Call ``finish()`` before running them.
    mutating func append(_ job: Job, of batch: borrowing JobBatch, _ connection: borrowing MariaDBConnection) {
        let text = batch.text.bytes
        switch job.kind {
        case .createOrder:
            create(job, of: batch, connection)
        case .updateOrderStatus:
            finish()
            sql.append("UPDATE orders SET status = ")
            connection.append(literal: job.status.of(text), to: &sql)
            sql.append(" WHERE id = ")
            end(job.orderID, .update(job.orderID))
        case .deleteOrder:
            finish()
            // The items go even without their order, so that a later order of the same id does not inherit them.
            sql.append("DELETE FROM order_items WHERE order_id = ")
            end(job.orderID, .none)
            sql.append("DELETE FROM orders WHERE id = ")
            end(job.orderID, .delete(job.orderID))
        }
    }

    /// Appends what records the key of an order that was appended, or will be next. `replacing` is for a key of which
    /// something is recorded already.
    mutating func append(
        _ mark: KeyMark, replacing: Bool, of batch: borrowing JobBatch, nowMilliseconds: UInt64
    ) {
        if replacing {
            finish()
            sql.append("REPLACE INTO idempotency_keys (idempotency_key, position, fingerprint, seed, created) VALUES ")
            sql.append(row: mark, of: batch, nowMilliseconds: nowMilliseconds)
            sql.append(";")
            effects.append(.none)
        } else {
            keys.append(
                keys.isEmpty
                    ? "INSERT INTO idempotency_keys (idempotency_key, position, fingerprint, seed, created) VALUES "
                    : ",")
            keys.append(row: mark, of: batch, nowMilliseconds: nowMilliseconds)
        }
    }

    /// Appends a statement that is not about orders; it ends with a semicolon.
    mutating func append(control statement: StaticString) {
        finish()
        sql.append(statement)
        effects.append(.none)
    }

    /// Completes the INSERTs under way.
    mutating func finish() {
        if openRows > 0 {
            sql.append(";")
            effects.append(.creates(openRows))
            openRows = 0
        }
        if !items.isEmpty {
            sql.append(items.bytes)
            sql.append(";")
            items.removeAll()
            effects.append(.none)
        }
        if !keys.isEmpty {
            sql.append(keys.bytes)
            sql.append(";")
            keys.removeAll()
            effects.append(.none)
        }
    }

    private mutating func create(
        _ job: Job, of batch: borrowing JobBatch, _ connection: borrowing MariaDBConnection
    ) {
        let text = batch.text.bytes
        sql.append(openRows == 0 ? "INSERT INTO orders (id, customer_name, status) VALUES (" : ",(")
        sql.append(quoted: job.orderID)
        sql.append(byte: UInt8(ascii: ","))
        connection.append(literal: job.customerName.of(text), to: &sql)
        sql.append(byte: UInt8(ascii: ","))
        connection.append(literal: job.status.of(text), to: &sql)
        sql.append(byte: UInt8(ascii: ")"))
        for index in job.items {
            let item = batch.items[index]
            items.append(items.isEmpty ? "INSERT INTO order_items (order_id, item_name, quantity) VALUES (" : ",(")
            items.append(quoted: job.orderID)
            items.append(byte: UInt8(ascii: ","))
            connection.append(literal: item.name.of(text), to: &items)
            items.append(byte: UInt8(ascii: ","))
            items.append(decimal: UInt64(item.quantity))
            items.append(byte: UInt8(ascii: ")"))
        }
        openRows += 1
        if openRows == Self.rowsPerInsert { finish() }
    }

    private mutating func end(_ order: UUID, _ effect: Effect) {
        sql.append(quoted: order)
        sql.append(";")
        effects.append(effect)
    }
}

extension ByteBuffer {
    /// Appends the row that records `mark`.
    fileprivate mutating func append(row mark: KeyMark, of batch: borrowing JobBatch, nowMilliseconds: UInt64) {
        append("(")
        append(hexLiteral: mark.key.of(batch.text.bytes))
        append(byte: UInt8(ascii: ","))
        append(decimal: UInt64(mark.position))
        append(byte: UInt8(ascii: ","))
        mark.record.fingerprint.withUnsafeBytes { append(hexLiteral: $0) }
        append(byte: UInt8(ascii: ","))
        append(binary: mark.record.idSeed)
        append(byte: UInt8(ascii: ","))
        append(decimal: nowMilliseconds)
        append(")")
    }
}
