import Orders
import Reactor

/// What is done to all orders at once, and asked about them, on the writing connection.
extension SQLiteOrderWriter {
    /// Without a condition SQLite drops the pages of a table and looks at no row: a million orders take a second.
    func removeAllOrders() throws(SQLiteError) -> OrderVersion {
        try connection.inWriteTransaction { () throws(SQLiteError) in
            let reset = try newestVersion().next
            try connection.execute(
                """
                INSERT OR IGNORE INTO order_partitions (partition, highest, reset) VALUES (0, 0, 0);
                UPDATE order_partitions SET reset = \(reset);
                DELETE FROM order_items; DELETE FROM orders; DELETE FROM idempotency_keys; DELETE FROM absent_orders;
                UPDATE order_counter SET total = 0
                """)
            return reset
        }
    }

    /// Whether the deletes of all these were applied.
    func haveDeleted(_ orders: [UUID]) throws(SQLiteError) -> Bool {
        for order in orders {
            guard case .deleted = try absent.state(of: order) else { return false }
        }
        return true
    }

    func newestReset() throws(SQLiteError) -> OrderVersion {
        .stored(try connection.integer("SELECT max(reset) FROM order_partitions") ?? 0)
    }

    /// The newest version that the database knows: of any job, of a reset, and of an order that an instance has created
    /// which remembers no versions.
    func newestVersion() throws(SQLiteError) -> OrderVersion {
        let known = try connection.integer("SELECT max(max(highest, reset)) FROM order_partitions") ?? 0
        let statement = try SQLiteStatement(connection, NewestOrder.sql(nowMilliseconds: WallClock.milliseconds()))
        let newest = try statement.step() ? statement.withText(0) { $0.flatMap { UUID(text: $0) } } : nil
        return max(.stored(known), newest.map { OrderVersion(ofCreation: $0) } ?? .none)
    }
}
