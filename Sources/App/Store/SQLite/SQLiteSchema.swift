/// The tables of the orders database, and how a database gets them.
///
/// `orders` and `order_items` are those that Flask-SQLAlchemy made, so that its databases can be taken over and handed
/// back. Of what is added there, `orders.version` fills itself. The table `applied_messages` of version 0.5 stays where
/// it is: instances of that version may still run.
/// `order_items.id` has no AUTOINCREMENT there either: an id may come again only after the newest items were
/// deleted, and nothing refers to it.
enum SQLiteSchema {
    /// For the list of one status: each of its entries ends with the rowid, so they come newest first.
    static let statusIndex = "ix_orders_status"

    /// Adds what is missing. Safe to run again, and in several processes at once: the others wait for the first.
    ///
    /// On a database that is taken over, or that an earlier version of this service made, this may count the orders and
    /// index them and their items. That takes seconds at ten million.
    static func install(on connection: borrowing SQLiteConnection) throws(SQLiteError) {
        try connection.execute("BEGIN IMMEDIATE")
        do throws(SQLiteError) {
            try connection.execute(tables)
            if try connection.integer(versionColumn) == 0 { try connection.execute(addVersion) }
            if try connection.integer("SELECT total FROM order_counter") == nil { try connection.execute(firstCount) }
        } catch {
            connection.rollBack()
            throw error
        }
        try connection.commit()
    }

    private static let tables = """
        CREATE TABLE IF NOT EXISTS orders (
            id VARCHAR(36) NOT NULL,
            customer_name VARCHAR(80) NOT NULL,
            status VARCHAR(20) NOT NULL,
            version BIGINT NOT NULL DEFAULT 0,
            PRIMARY KEY (id)
        );
        CREATE TABLE IF NOT EXISTS order_items (
            id INTEGER NOT NULL,
            item_name VARCHAR(80) NOT NULL,
            quantity INTEGER NOT NULL,
            order_id VARCHAR(36) NOT NULL,
            PRIMARY KEY (id),
            FOREIGN KEY(order_id) REFERENCES orders (id)
        );
        CREATE INDEX IF NOT EXISTS ix_order_items_order_id ON order_items (order_id);
        CREATE INDEX IF NOT EXISTS \(statusIndex) ON orders (status);
        CREATE TABLE IF NOT EXISTS absent_orders (
            id VARCHAR(36) NOT NULL,
            partition INTEGER NOT NULL,
            version BIGINT NOT NULL,
            status VARCHAR(20),
            body TEXT,
            recorded BIGINT NOT NULL,
            PRIMARY KEY (id)
        );
        CREATE INDEX IF NOT EXISTS ix_absent_orders_recorded ON absent_orders (partition, recorded);
        CREATE TABLE IF NOT EXISTS order_partitions (
            partition INTEGER NOT NULL PRIMARY KEY,
            highest BIGINT NOT NULL,
            reset BIGINT NOT NULL
        );
        CREATE TABLE IF NOT EXISTS order_counter (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            total INTEGER NOT NULL
        );
        CREATE TABLE IF NOT EXISTS idempotency_keys (
            idempotency_key BLOB NOT NULL,
            position INTEGER NOT NULL,
            fingerprint BLOB NOT NULL,
            seed BLOB NOT NULL,
            created INTEGER NOT NULL,
            PRIMARY KEY (idempotency_key, position)
        ) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS ix_idempotency_keys_created ON idempotency_keys (created);
        """

    private static let versionColumn = "SELECT count(*) FROM pragma_table_info('orders') WHERE name = 'version'"

    /// Touches no row.
    private static let addVersion = "ALTER TABLE orders ADD COLUMN version BIGINT NOT NULL DEFAULT 0"

    private static let firstCount = "INSERT INTO order_counter (id, total) SELECT 1, count(*) FROM orders"
}
