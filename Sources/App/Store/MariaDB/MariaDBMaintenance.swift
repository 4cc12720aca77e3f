import Orders
import Reactor

/// Looks after all orders of a MariaDB or MySQL database. One for each thread; it connects when it is asked.
final class MariaDBMaintenance: OrderMaintenance {
    private let database: MariaDBDatabase
    /// For questions; nil when the next one has to connect.
    private var session: Session?

    private final class Session {
        let connection: MariaDBConnection

        init(_ connection: consuming MariaDBConnection) { self.connection = connection }
    }

    init(_ database: MariaDBDatabase) { self.database = database }

    /// By TRUNCATE, under locks on all the tables. It drops the files, whatever is in them: 0.13 s for a million
    /// orders. A DELETE of 200,000 took 20 s; it locks each row meanwhile, and leaves old versions to be cleared away.
    ///
    /// Workers and readers wait for the locks, some tenths of a second, and go on with empty tables. Whoever had half
    /// of a transaction done is told of a deadlock and begins again. The numbers of orders and items begin anew.
    ///
    /// Such a server commits each TRUNCATE by itself, and may be killed in between. Nothing may be wrong then and stay
    /// wrong. So the reset is noted first: what is deleted can't come back then, whatever else is left undone. The
    /// count goes next: where it is missing, whoever connects counts the orders that are there. The orders follow, and
    /// then the items, which nobody sees without their orders.
    func removeAllOrders() throws(StoreError) -> OrderVersion {
        do throws(MariaDBError) {
            try database.install()
            let eraser = try MariaDBConnection.open(database.endpoint, .eraser)
            let tables = ["orders", "order_items", "idempotency_keys", "absent_orders"]
            try eraser.run("SET SESSION foreign_key_checks = 0")
            let locks = (tables + ["order_counter", "order_partitions"]).map { "\($0) WRITE" }.joined(separator: ", ")
            try eraser.run("LOCK TABLES " + locks)
            let reset = try MariaDBPartitions.newestVersion(eraser).next
            try truncate(tables, reset: reset, on: eraser)
            return reset
        } catch {
            throw .mariadb(error)
        }
    }

    /// In one round trip: the server has all it needs even if this process dies now.
    private func truncate(
        _ tables: [String], reset: OrderVersion, on eraser: borrowing MariaDBConnection
    ) throws(MariaDBError) {
        var script = ByteBuffer()
        script.append("INSERT IGNORE INTO order_partitions (`partition`, highest, reset) VALUES (0, 0, 0);")
        script.append(string: "UPDATE order_partitions SET reset = \(reset);")
        script.append("DELETE FROM order_counter;")
        for table in tables { script.append(string: "TRUNCATE TABLE \(table);") }
        script.append("INSERT INTO order_counter (id, total) VALUES (1, 0);UNLOCK TABLES;")
        var matched: [Int] = []
        do throws(MariaDBError) {
            try eraser.runAll(script.bytes, matched: &matched)
        } catch {
            var failure = error
            failure.outcome = .unknown
            throw failure
        }
    }

    func haveDeleted(_ orders: [UUID]) throws(StoreError) -> Bool {
        guard !orders.isEmpty else { return true }
        let ids = Set(orders)
        let list = ids.map { "'\($0)'" }.joined(separator: ",")
        return try asking { (connection) throws(MariaDBError) in
            let sql = "SELECT count(*) FROM absent_orders WHERE status IS NULL AND id IN (\(list))"
            return try connection.integer(sql) == Int64(ids.count)
        }
    }

    func highestVersion() throws(StoreError) -> OrderVersion {
        try asking { (connection) throws(MariaDBError) in try MariaDBPartitions.newestVersion(connection) }
    }

    func newestReset() throws(StoreError) -> OrderVersion {
        try asking { (connection) throws(MariaDBError) in
            .stored(try connection.integer("SELECT MAX(reset) FROM order_partitions") ?? 0)
        }
    }

    private func connected() throws(MariaDBError) -> Session {
        if let session { return session }
        let new = Session(try database.connect(.reader))
        session = new
        return new
    }

    private func asking<Answer>(
        _ ask: (borrowing MariaDBConnection) throws(MariaDBError) -> Answer
    ) throws(StoreError) -> Answer {
        do throws(MariaDBError) {
            return try ask(connected().connection)
        } catch {
            session = nil
            throw .mariadb(error)
        }
    }
}

@available(*, unavailable)
extension MariaDBMaintenance: Sendable {}
