/// The tables of the orders database on a MariaDB or MySQL server, and how a database gets them.
///
/// `orders` and `order_items` are those that Flask-SQLAlchemy made, so that its databases can be taken over and handed
/// back. What is added does not disturb it: `orders.seq`, by which the list is read newest first, fills itself, and so
/// does `orders.version`. The table `applied_messages` of version 0.5 stays where it is: instances of that version may
/// still run.
///
/// Such servers commit each change of a table by itself. So each step first looks whether it has been done, and all
/// can be interrupted anywhere and be run again. Statements keep to what MySQL 8 understands too.
enum MariaDBSchema {
    /// For the list, newest first; unique.
    static let sequenceIndex = "ix_orders_seq"
    /// For the list of one status, newest first.
    static let statusIndex = "ix_orders_status_seq"

    static let isBusy = MariaDBError(code: 1205, message: "the tables are being changed by another instance or thread")

    /// Whether nothing has to be done; takes no lock.
    static func isComplete(_ connection: borrowing MariaDBConnection) throws(MariaDBError) -> Bool {
        guard try has(connection, column: "seq", of: "orders", where: "extra LIKE '%auto_increment%'"),
            try has(connection, column: "version", of: "orders"), try has(connection, table: "absent_orders"),
            try has(connection, table: "order_partitions"), try has(connection, table: "order_counter"),
            try has(connection, table: "idempotency_keys"),
            try connection.integer("SELECT count(*) FROM order_counter") == 1
        else { return false }
        return try MariaDBTakeover.isComplete(connection)
    }

    /// Adds what is missing. Several processes that do so at once wait for each other, at most for
    /// `lockTimeoutSeconds`.
    ///
    /// A database that is taken over may be copied several times, which takes minutes at ten million orders.
    ///
    /// - Returns: a line for each change of what was there before.
    static func install(
        on connection: borrowing MariaDBConnection, lockTimeoutSeconds: Int
    ) throws(MariaDBError) -> [String] {
        // The lock is the whole server's, so its name has the database in it. It goes with the connection at the
        // latest.
        let lock = "concat('spillway ', md5(database()))"
        guard try connection.integer("SELECT get_lock(\(lock), \(lockTimeoutSeconds))") == 1 else { throw isBusy }
        let changes: [String]
        do throws(MariaDBError) {
            changes = try complete(connection)
        } catch {
            _ = try? connection.integer("SELECT release_lock(\(lock))")
            throw error
        }
        _ = try connection.integer("SELECT release_lock(\(lock))")
        return changes
    }

    static func has(
        _ connection: borrowing MariaDBConnection, table: String, where condition: String = "TRUE"
    ) throws(MariaDBError) -> Bool {
        try connection.integer(
            """
            SELECT count(*) FROM information_schema.tables
            WHERE table_schema = database() AND table_name = '\(table)' AND \(condition)
            """) ?? 0 > 0
    }

    static func has(
        _ connection: borrowing MariaDBConnection, column: String, of table: String, where condition: String = "TRUE"
    ) throws(MariaDBError) -> Bool {
        try connection.integer(
            """
            SELECT count(*) FROM information_schema.columns
            WHERE table_schema = database() AND table_name = '\(table)' AND column_name = '\(column)' AND \(condition)
            """) ?? 0 > 0
    }

    private static func complete(_ connection: borrowing MariaDBConnection) throws(MariaDBError) -> [String] {
        try connection.run(orders(statusCollation: MariaDBTakeover.bytewiseCollation(connection) ?? "utf8mb4_bin"))
        var changes = try MariaDBTakeover.complete(orders: connection)
        try connection.run(items(collation: MariaDBTakeover.collation(connection) ?? "utf8mb4_bin"))
        changes += try MariaDBTakeover.complete(items: connection)
        try connection.run(absentOrders)
        try connection.run(partitions)
        try connection.run(idempotencyKeys)
        try connection.run(counter)
        if try connection.integer("SELECT count(*) FROM order_counter") == 0 { try connection.run(firstCount) }
        return changes
    }

    private static func orders(statusCollation: String) -> String {
        """
        CREATE TABLE IF NOT EXISTS orders (
            id VARCHAR(36) NOT NULL,
            customer_name VARCHAR(80) NOT NULL,
            status VARCHAR(20) CHARACTER SET utf8mb4 COLLATE \(statusCollation) NOT NULL,
            seq BIGINT NOT NULL AUTO_INCREMENT,
            version BIGINT NOT NULL DEFAULT 0,
            PRIMARY KEY (id),
            UNIQUE KEY \(sequenceIndex) (seq),
            KEY \(statusIndex) (status, seq)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
        """
    }

    /// A foreign key needs the collation of what it refers to.
    private static func items(collation: String) -> String {
        """
        CREATE TABLE IF NOT EXISTS order_items (
            id INTEGER NOT NULL AUTO_INCREMENT,
            item_name VARCHAR(80) NOT NULL,
            quantity INTEGER NOT NULL,
            order_id VARCHAR(36) NOT NULL,
            PRIMARY KEY (id),
            KEY ix_order_items_order_id (order_id),
            FOREIGN KEY (order_id) REFERENCES orders (id)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=\(collation)
        """
    }

    /// Made with its index in one statement: so it is there with it, or not at all.
    private static let idempotencyKeys = """
        CREATE TABLE IF NOT EXISTS idempotency_keys (
            idempotency_key VARBINARY(255) NOT NULL,
            position INTEGER NOT NULL,
            fingerprint BINARY(32) NOT NULL,
            seed BINARY(16) NOT NULL,
            created BIGINT NOT NULL,
            PRIMARY KEY (idempotency_key, position),
            KEY ix_idempotency_keys_created (created)
        ) ENGINE=InnoDB
        """

    /// Likewise. Statuses are compared with nothing here.
    private static let absentOrders = """
        CREATE TABLE IF NOT EXISTS absent_orders (
            id VARCHAR(36) NOT NULL,
            `partition` INTEGER NOT NULL,
            version BIGINT NOT NULL,
            status VARCHAR(20) NULL,
            body LONGTEXT NULL,
            recorded BIGINT NOT NULL,
            PRIMARY KEY (id),
            KEY ix_absent_orders_recorded (`partition`, recorded)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin
        """

    private static let partitions = """
        CREATE TABLE IF NOT EXISTS order_partitions (
            `partition` INTEGER NOT NULL,
            highest BIGINT NOT NULL,
            reset BIGINT NOT NULL,
            PRIMARY KEY (`partition`)
        ) ENGINE=InnoDB
        """

    private static let counter = """
        CREATE TABLE IF NOT EXISTS order_counter (
            id INTEGER NOT NULL,
            total BIGINT NOT NULL,
            PRIMARY KEY (id)
        ) ENGINE=InnoDB
        """

    private static let firstCount = "INSERT INTO order_counter (id, total) SELECT 1, count(*) FROM orders"
}
