/// The steps that make a database of the Flask service, or of an earlier version of this one, ours. They are about the
/// engine, the character set, the column for paging, indexes, and how statuses are compared.
///
/// All of `orders` and `order_items` that is there stays as it is; the foreign key stays valid.
enum MariaDBTakeover {
    /// Both tables exist and need no step. Never true with items of orders that are gone.
    static func isComplete(_ connection: borrowing MariaDBConnection) throws(MariaDBError) -> Bool {
        for table in tables where try !MariaDBSchema.has(connection, table: table, where: "engine = 'InnoDB'") {
            return false
        }
        for table in tables where try needsConversion(connection, table) { return false }
        guard try hasItemIndex(connection), try hasStatusIndex(connection), try !needsStatusCollation(connection)
        else { return false }
        return try !foreignKeys(connection).isEmpty
    }

    /// The steps for `orders`, and those that need both tables; `order_items` may be missing.
    static func complete(orders connection: borrowing MariaDBConnection) throws(MariaDBError) -> [String] {
        try changeEngines(connection) + convert(connection) + addSequence(connection) + indexStatus(connection)
            + addVersion(connection)
    }

    static func complete(items connection: borrowing MariaDBConnection) throws(MariaDBError) -> [String] {
        var changes: [String] = []
        if try !hasItemIndex(connection) {
            try connection.run("CREATE INDEX ix_order_items_order_id ON order_items (order_id)")
            changes.append("order_items has an index on order_id now")
        }
        return try changes + addForeignKey(connection)
    }

    /// Of the order ids; nil without the table.
    static func collation(_ connection: borrowing MariaDBConnection) throws(MariaDBError) -> String? {
        let rows = try connection.query(
            """
            SELECT collation_name FROM information_schema.columns
            WHERE table_schema = database() AND table_name = 'orders' AND column_name = 'id'
            """)
        return rows.step() ? rows.string(0) : nil
    }

    private static let tables = ["orders", "order_items"]

    /// Only InnoDB has transactions.
    private static func changeEngines(_ connection: borrowing MariaDBConnection) throws(MariaDBError) -> [String] {
        var changes: [String] = []
        for table in tables where try MariaDBSchema.has(connection, table: table, where: "engine <> 'InnoDB'") {
            try connection.run("ALTER TABLE \(table) ENGINE=InnoDB")
            changes.append("\(table) is kept by InnoDB now")
        }
        return changes
    }

    private static func convert(_ connection: borrowing MariaDBConnection) throws(MariaDBError) -> [String] {
        // That of an order id which is UTF-8 already stays: then the other table was left behind by an interruption.
        var collation = try collation(connection) ?? ""
        if !collation.hasPrefix("utf8mb4_") { collation = "utf8mb4_bin" }
        var changes: [String] = []
        for table in tables where try needsConversion(connection, table) {
            // With a foreign key neither of its ends can be changed; it is made again when both are.
            for key in try foreignKeys(connection) {
                try connection.run("ALTER TABLE order_items DROP FOREIGN KEY `\(key)`")
            }
            try connection.run("ALTER TABLE \(table) CONVERT TO CHARACTER SET utf8mb4 COLLATE \(collation)")
            changes.append("\(table) holds any character now (utf8mb4)")
        }
        return changes
    }

    /// Those of items to their orders.
    private static func foreignKeys(_ connection: borrowing MariaDBConnection) throws(MariaDBError) -> [String] {
        let rows = try connection.query(
            """
            SELECT constraint_name FROM information_schema.key_column_usage
            WHERE table_schema = database() AND table_name = 'order_items' AND referenced_table_name = 'orders'
            """)
        var names: [String] = []
        while rows.step() { if let name = rows.string(0) { names.append(name) } }
        return names
    }

    /// Items of orders that are gone, as an engine without foreign keys lets them be, leave it without one.
    private static func addForeignKey(_ connection: borrowing MariaDBConnection) throws(MariaDBError) -> [String] {
        guard try foreignKeys(connection).isEmpty else { return [] }
        do throws(MariaDBError) {
            try connection.run("ALTER TABLE order_items ADD FOREIGN KEY (order_id) REFERENCES orders (id)")
        } catch {
            guard error.kind == .refusedRow else { throw error }
            return ["order_items stays without a foreign key: it holds items of orders that are gone"]
        }
        return ["order_items has its foreign key to orders again"]
    }

    private static func needsConversion(
        _ connection: borrowing MariaDBConnection, _ table: String
    ) throws(MariaDBError) -> Bool {
        try connection.integer(
            """
            SELECT count(*) FROM information_schema.columns
            WHERE table_schema = database() AND table_name = '\(table)' AND character_set_name <> 'utf8mb4'
            """) ?? 0 > 0
    }

    /// Numbers the orders as they came, which the numbers of their items tell; those without any come last.
    private static func addSequence(_ connection: borrowing MariaDBConnection) throws(MariaDBError) -> [String] {
        guard try !MariaDBSchema.has(connection, column: "seq", of: "orders", where: "extra LIKE '%auto_increment%'")
        else { return [] }
        if try !MariaDBSchema.has(connection, column: "seq", of: "orders") {
            try connection.run("ALTER TABLE orders ADD COLUMN seq BIGINT NULL")
        }
        if try MariaDBSchema.has(connection, table: "order_items") {
            try connection.run(
                """
                UPDATE orders o JOIN (SELECT order_id, min(id) AS oldest FROM order_items GROUP BY order_id) i
                ON i.order_id = o.id SET o.seq = i.oldest
                """)
        }
        // Orders that have no number yet get one here, behind all others.
        try connection.run(
            """
            ALTER TABLE orders MODIFY COLUMN seq BIGINT NOT NULL AUTO_INCREMENT,
            ADD UNIQUE KEY \(MariaDBSchema.sequenceIndex) (seq)
            """)
        return ["orders has the column seq now, in the order in which the orders came"]
    }

    /// Touches no row where the server can help it.
    private static func addVersion(_ connection: borrowing MariaDBConnection) throws(MariaDBError) -> [String] {
        guard try !MariaDBSchema.has(connection, column: "version", of: "orders") else { return [] }
        try connection.run("ALTER TABLE orders ADD COLUMN version BIGINT NOT NULL DEFAULT 0")
        return ["orders has the column version now"]
    }

    /// A collation that takes texts for the same only when their bytes are; nil when the server has none.
    static func bytewiseCollation(_ connection: borrowing MariaDBConnection) throws(MariaDBError) -> String? {
        // Of MariaDB, and of MySQL 8. Not utf8mb4_bin, for which trailing spaces don't count.
        let rows = try connection.query(
            """
            SELECT collation_name FROM information_schema.collations
            WHERE collation_name IN ('utf8mb4_nopad_bin', 'utf8mb4_0900_bin')
            """)
        return rows.step() ? rows.string(0) : nil
    }

    /// So that the list of one status reads its orders and no others. Were statuses the same that differ in case or in
    /// trailing spaces, a request for a status that no order has could read millions of another one.
    private static func indexStatus(_ connection: borrowing MariaDBConnection) throws(MariaDBError) -> [String] {
        var changes: [String] = []
        if let collation = try bytewiseCollation(connection), try needsStatusCollation(connection) {
            try connection.run(
                """
                ALTER TABLE orders MODIFY COLUMN status \(statusType(connection, collation: collation))
                """)
            changes.append("orders tells statuses apart that differ in case or trailing spaces (\(collation))")
        }
        if try !hasStatusIndex(connection) {
            try connection.run("CREATE INDEX \(MariaDBSchema.statusIndex) ON orders (status, seq)")
            changes.append("orders has an index on status now")
        }
        return changes
    }

    private static func needsStatusCollation(
        _ connection: borrowing MariaDBConnection
    ) throws(MariaDBError) -> Bool {
        guard let collation = try bytewiseCollation(connection) else { return false }
        return try !MariaDBSchema.has(
            connection, column: "status", of: "orders", where: "collation_name = '\(collation)'")
    }

    /// The column's definition as it is, but for its collation.
    private static func statusType(
        _ connection: borrowing MariaDBConnection, collation: String
    ) throws(MariaDBError) -> String {
        // MariaDB tells the default as it has to be written, MySQL its text.
        let isMariaDB = connection.serverVersion.contains("MariaDB")
        let literal = isMariaDB ? "column_default" : "quote(column_default)"
        let rows = try connection.query(
            """
            SELECT concat(column_type, ' CHARACTER SET utf8mb4 COLLATE \(collation)',
                if(is_nullable = 'YES', ' NULL', ' NOT NULL'),
                if(column_default IS NULL, '', concat(' DEFAULT ', \(literal))))
            FROM information_schema.columns
            WHERE table_schema = database() AND table_name = 'orders' AND column_name = 'status'
            """)
        return rows.step() ? rows.string(0) ?? "" : ""
    }

    private static func hasStatusIndex(_ connection: borrowing MariaDBConnection) throws(MariaDBError) -> Bool {
        try connection.integer(
            """
            SELECT count(*) FROM information_schema.statistics WHERE table_schema = database() AND table_name = 'orders'
            AND index_name = '\(MariaDBSchema.statusIndex)'
            """) ?? 0 > 0
    }

    private static func hasItemIndex(_ connection: borrowing MariaDBConnection) throws(MariaDBError) -> Bool {
        try connection.integer(
            """
            SELECT count(*) FROM information_schema.statistics
            WHERE table_schema = database() AND table_name = 'order_items' AND column_name = 'order_id'
            AND seq_in_index = 1
            """) ?? 0 > 0
    }
}
