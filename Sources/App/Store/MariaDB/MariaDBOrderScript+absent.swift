import Orders
import Reactor

/// The statements for orders that are absent, or come back.
extension MariaDBOrderScript {
    /// The job's order with the status and the version that are in `absent_orders`.
    mutating func insertHeedingChange(
        _ job: Job, of batch: borrowing JobBatch, _ connection: borrowing MariaDBConnection
    ) {
        begin("INSERT INTO orders (id, customer_name, status, version) SELECT id, ")
        append(literal: job.customerName.of(batch.text.bytes), connection)
        append(", status, version FROM absent_orders WHERE id = ")
        end(order: job.orderID, .rows(1))
        appendItems(of: job, of: batch, connection)
        remove(job.orderID)
    }

    /// An order from its recorded creation.
    mutating func insert(
        _ order: UUID, _ creation: borrowing RecordedCreation, status: UnsafeRawBufferPointer, _ version: OrderVersion,
        _ connection: borrowing MariaDBConnection
    ) {
        begin("INSERT INTO orders (id, customer_name, status, version) VALUES (")
        append(quoted: order)
        append(",")
        append(literal: creation.customerName, connection)
        append(",")
        append(literal: status, connection)
        append(",")
        append(integer: Int64(version.number))
        end(")", .rows(1))
        for item in creation.items {
            begin("INSERT INTO order_items (order_id, item_name, quantity) VALUES (")
            append(quoted: order)
            append(",")
            append(literal: creation.name(of: item), connection)
            append(",")
            if let quantity = item.quantity { append(integer: quantity) } else { append("NULL") }
            end(")", .rows(1))
        }
        remove(order)
    }

    /// The change of `order` to `status`, or its delete where that is nil, in place of an older one.
    mutating func record(
        _ order: UUID, _ status: UnsafeRawBufferPointer?, _ version: OrderVersion, _ place: RecordPlace,
        _ connection: borrowing MariaDBConnection
    ) {
        begin("INSERT INTO absent_orders (id, `partition`, version, status, recorded) VALUES (")
        append(quoted: order)
        append(place, version)
        append(",")
        append(literal: status, connection)
        append(",")
        append(integer: Int64(place.milliseconds))
        // VALUES(): MariaDB doesn't know the row alias that newer versions of MySQL would rather have.
        end(
            """
            ) ON DUPLICATE KEY UPDATE version = VALUES(version), status = VALUES(status), recorded = VALUES(recorded)
            """, .any)
    }

    /// Deletes `order`, and records that with its creation, as ``RecordedCreation`` reads it.
    mutating func takeOut(_ order: UUID, _ version: OrderVersion, _ place: RecordPlace) {
        begin("REPLACE INTO absent_orders (id, `partition`, version, status, body, recorded) SELECT o.id")
        append(place, version)
        append(
            """
            , NULL, CONCAT('{"customer_name":', IFNULL(JSON_QUOTE(o.customer_name), 'null'), ',"items":[', IFNULL((\
            SELECT GROUP_CONCAT('{"name":', IFNULL(JSON_QUOTE(i.item_name), 'null'), \
            ',"quantity":', IFNULL(i.quantity, 'null'), '}' ORDER BY i.id SEPARATOR ',') \
            FROM order_items i WHERE i.order_id = o.id), ''), ']}'),
            """)
        append(integer: Int64(place.milliseconds))
        append(" FROM orders o WHERE o.id = ")
        end(order: order, .any)
        begin("DELETE FROM order_items WHERE order_id = ")
        end(order: order, .any)
        begin("DELETE FROM orders WHERE id = ")
        end(order: order, .rows(1))
    }

    mutating func keepCreation(
        by job: Job, of batch: borrowing JobBatch, _ connection: borrowing MariaDBConnection
    ) {
        var json = ByteBuffer()
        json.append(creationBy: job, of: batch)
        begin("UPDATE absent_orders SET body = ")
        append(literal: json.bytes, connection)
        append(" WHERE id = ")
        end(order: job.orderID, .rows(1))
    }

    private mutating func remove(_ order: UUID) {
        begin("DELETE FROM absent_orders WHERE id = ")
        end(order: order, .rows(1))
    }

    private mutating func append(_ place: RecordPlace, _ version: OrderVersion) {
        append(",")
        append(integer: Int64(place.partition))
        append(",")
        append(integer: Int64(version.number))
    }
}
