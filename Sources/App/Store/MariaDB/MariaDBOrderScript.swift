import Orders
import Reactor

/// The statements for jobs, in the order of the jobs, as text to be run in one round trip, and what their results have
/// to be.
///
/// Runs of creates become INSERTs of many rows. Updates and deletes stay statements of their own. What they would cost
/// most is a round trip each, which they share here.
struct MariaDBOrderScript: ~Copyable {
    /// How many rows a statement has to match.
    enum Expectation: Equatable {
        case any
        case rows(Int)
    }

    /// Rows of one INSERT INTO orders. From 32 on a row gets no cheaper, up to 2048.
    static let rowsPerInsert = 512

    private(set) var sql = ByteBuffer()
    /// One for each statement.
    private(set) var expectations: [Expectation] = []
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
        expectations.removeAll(keepingCapacity: true)
        openRows = 0
    }

    /// Appends the INSERT of the order that `job` creates. Call ``finish()`` before running it.
    mutating func insert(_ job: Job, of batch: borrowing JobBatch, _ connection: borrowing MariaDBConnection) {
        let text = batch.text.bytes
        sql.append(openRows == 0 ? "INSERT INTO orders (id, customer_name, status) VALUES (" : ",(")
        sql.append(quoted: job.orderID)
        sql.append(byte: UInt8(ascii: ","))
        connection.append(literal: job.customerName.of(text), to: &sql)
        sql.append(byte: UInt8(ascii: ","))
        connection.append(literal: job.status.of(text), to: &sql)
        sql.append(byte: UInt8(ascii: ")"))
        openRows += 1
        appendItems(of: job, of: batch, connection)
        if openRows == Self.rowsPerInsert { finish() }
    }

    mutating func setStatus(
        _ status: UnsafeRawBufferPointer, of order: UUID, _ version: OrderVersion,
        _ connection: borrowing MariaDBConnection
    ) {
        begin("UPDATE orders SET status = ")
        append(literal: status, connection)
        append(", version = ")
        append(integer: Int64(version.number))
        append(" WHERE id = ")
        end(order: order, .rows(1))
    }

    /// Appends what records the key of an order that will be appended next. `replacing` is for a key of which something
    /// is recorded already.
    mutating func append(
        _ mark: KeyMark, replacing: Bool, of batch: borrowing JobBatch, nowMilliseconds: UInt64
    ) {
        if replacing {
            begin("REPLACE INTO idempotency_keys (idempotency_key, position, fingerprint, seed, created) VALUES ")
            sql.append(row: mark, of: batch, nowMilliseconds: nowMilliseconds)
            end("", .any)
        } else {
            keys.append(
                keys.isEmpty
                    ? "INSERT INTO idempotency_keys (idempotency_key, position, fingerprint, seed, created) VALUES "
                    : ",")
            keys.append(row: mark, of: batch, nowMilliseconds: nowMilliseconds)
        }
    }

    /// Appends a whole statement that is not about orders.
    mutating func append(control statement: StaticString) {
        begin(statement)
        end("", .any)
    }

    /// Completes the INSERTs under way.
    mutating func finish() {
        if openRows > 0 {
            let rows = openRows
            openRows = 0
            end("", .rows(rows))
        }
        if !items.isEmpty {
            sql.append(items.bytes)
            items.removeAll()
            end("", .any)
        }
        if !keys.isEmpty {
            sql.append(keys.bytes)
            keys.removeAll()
            end("", .any)
        }
    }

    // MARK: Parts of a statement

    /// Begins one behind all that came before it.
    mutating func begin(_ text: StaticString) {
        finish()
        sql.append(text)
    }

    mutating func append(_ text: StaticString) { sql.append(text) }

    mutating func append(integer: Int64) { sql.append(signed: integer) }

    mutating func append(quoted order: UUID) { sql.append(quoted: order) }

    mutating func append(literal text: UnsafeRawBufferPointer?, _ connection: borrowing MariaDBConnection) {
        if let text { connection.append(literal: text, to: &sql) } else { sql.append("NULL") }
    }

    mutating func end(_ text: StaticString, _ expectation: Expectation) {
        sql.append(text)
        sql.append(";")
        expectations.append(expectation)
    }

    mutating func end(order: UUID, _ expectation: Expectation) {
        sql.append(quoted: order)
        end("", expectation)
    }

    /// To the INSERT of items that will come behind that of their orders.
    mutating func appendItems(
        of job: Job, of batch: borrowing JobBatch, _ connection: borrowing MariaDBConnection
    ) {
        for index in job.items {
            let item = batch.items[index]
            items.append(items.isEmpty ? "INSERT INTO order_items (order_id, item_name, quantity) VALUES (" : ",(")
            items.append(quoted: job.orderID)
            items.append(byte: UInt8(ascii: ","))
            connection.append(literal: item.name.of(batch.text.bytes), to: &items)
            items.append(byte: UInt8(ascii: ","))
            items.append(decimal: UInt64(item.quantity))
            items.append(byte: UInt8(ascii: ")"))
        }
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
