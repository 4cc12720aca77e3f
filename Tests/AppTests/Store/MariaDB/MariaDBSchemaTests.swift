import Reactor
import TestServers
import Testing

@testable import Orders
@testable import Store

@Suite struct MariaDBSchemaTests {
    /// What Flask-SQLAlchemy sends for the models of the replaced service, and some orders.
    static let flaskTables = """
        CREATE TABLE orders (
        \tid VARCHAR(36) NOT NULL,
        \tcustomer_name VARCHAR(80),
        \tstatus VARCHAR(20),
        \tPRIMARY KEY (id)
        );
        CREATE TABLE order_items (
        \tid INTEGER NOT NULL AUTO_INCREMENT,
        \titem_name VARCHAR(80),
        \tquantity INTEGER,
        \torder_id VARCHAR(36),
        \tPRIMARY KEY (id),
        \tFOREIGN KEY(order_id) REFERENCES orders (id)
        );
        INSERT INTO orders (id, customer_name, status) VALUES
        ('5a3f5c7e-9d1b-4b52-8f3e-1f0f3a4d9c11', 'Zoë "G" Hopper', 'received'),
        ('0b9e8d7c-1a2b-4c3d-9e8f-7a6b5c4d3e2f', NULL, NULL),
        ('c09e8d7c-1a2b-4c3d-9e8f-7a6b5c4d3e2f', 'Bob', 'paid');
        INSERT INTO order_items (item_name, quantity, order_id) VALUES
        ('Tea', 2, '5a3f5c7e-9d1b-4b52-8f3e-1f0f3a4d9c11'),
        ('Fish', NULL, 'c09e8d7c-1a2b-4c3d-9e8f-7a6b5c4d3e2f'),
        ('Cup', 1, '5a3f5c7e-9d1b-4b52-8f3e-1f0f3a4d9c11'),
        ('Café', 1, '0b9e8d7c-1a2b-4c3d-9e8f-7a6b5c4d3e2f');
        """

    static let flaskOrders = """
        {"order_id":"0b9e8d7c-1a2b-4c3d-9e8f-7a6b5c4d3e2f","customer_name":null,"status":null,\
        "items":[{"name":"Café","quantity":1}]},\
        {"order_id":"c09e8d7c-1a2b-4c3d-9e8f-7a6b5c4d3e2f","customer_name":"Bob","status":"paid",\
        "items":[{"name":"Fish","quantity":null}]},\
        {"order_id":"5a3f5c7e-9d1b-4b52-8f3e-1f0f3a4d9c11","customer_name":"Zoë \\"G\\" Hopper","status":"received",\
        "items":[{"name":"Tea","quantity":2},{"name":"Cup","quantity":1}]}
        """

    let server: MariaServer

    init() throws { server = try MariaServer.shared() }

    @Test("An empty database gets the tables of the contract, and a second run changes nothing")
    func twice() throws {
        let endpoint = try server.makeEndpoint(characterSet: "latin1")
        let connection = try MariaDBConnection.open(endpoint, .maintenance)
        #expect(try !MariaDBSchema.isComplete(connection))
        #expect(try MariaDBSchema.install(on: connection, lockTimeoutSeconds: 0) == [])
        #expect(try MariaDBSchema.isComplete(connection))
        #expect(
            try columns("orders", connection)
                == "id varchar(36), customer_name varchar(80), status varchar(20), seq bigint(20), version bigint(20)")
        #expect(
            try columns("order_items", connection)
                == "id int(11), item_name varchar(80), quantity int(11), order_id varchar(36)")
        let before = try server.sql(
            "SHOW CREATE TABLE orders; SHOW CREATE TABLE order_items", database: endpoint.database)
        #expect(try MariaDBSchema.install(on: connection, lockTimeoutSeconds: 0) == [])
        let after = try server.sql(
            "SHOW CREATE TABLE orders; SHOW CREATE TABLE order_items", database: endpoint.database)
        #expect(before == after && before.contains("utf8mb4"))
    }

    @Test(
        "A database that the Flask service made is taken over with its orders in their order, and takes new ones",
        arguments: ["latin1", "utf8mb3", "utf8mb4"])
    func takeOver(characterSet: String) throws {
        let endpoint = try server.makeEndpoint(characterSet: characterSet)
        try server.sql(Self.flaskTables, database: endpoint.database)
        let log = Monitor<[String]>([])
        let database = MariaDBDatabase(endpoint) { line in log.withLock { $0.append(line) } }
        try database.install()
        #expect(log.withLock { $0 }.contains { $0.contains("(utf8mb4)") } == (characterSet != "utf8mb4"))

        let store = MariaDBOrderStore(database)
        var batch = JobBatch()
        batch.message(1)
        batch.create(5, customer: "😀", items: [("茶", 2)])
        batch.delete(6)
        #expect(try store.apply(batch, partition: 0, oldestQueuedMilliseconds: 0) { _ in }.created == 1)
        try MariaDBDatabase(endpoint).install()

        var buffer = ByteBuffer()
        try MariaDBOrderReader(database).page(limit: 10, after: nil, into: &buffer)
        #expect(
            buffer.string == """
                {"total_orders":4,"orders":[\
                {"order_id":"\(testText(5))","customer_name":"😀","status":"received",\
                "items":[{"name":"茶","quantity":2}]},\(Self.flaskOrders)],"next":null}
                """)
    }

    @Test("A database of an earlier version gets the table of idempotency keys, by several instances at once")
    func withoutKeys() throws {
        let endpoint = try server.makeEndpoint()
        try MariaDBDatabase(endpoint).install()
        try server.sql("DROP TABLE idempotency_keys", database: endpoint.database)
        #expect(try !MariaDBSchema.isComplete(MariaDBConnection.open(endpoint, .maintenance)))
        try onThreads(4) { _ in try MariaDBDatabase(endpoint).install() }
        let key = IdempotencyKey("k")
        #expect(try MariaDBOrderReader(MariaDBDatabase(endpoint)).record(of: key) == nil)
        let created = try server.sql("SHOW CREATE TABLE idempotency_keys", database: endpoint.database)
        #expect(created.contains("varbinary(255)") && created.contains("ix_idempotency_keys_created"))
    }

    @Test("A store that finds the table of keys gone makes it again")
    func lostKeys() throws {
        let it = try MariaDBUnderTest(server)
        try it.create([1])
        try server.sql("DROP TABLE idempotency_keys", database: it.endpoint.database)
        var batch = JobBatch()
        batch.message(9)
        batch.create(2)
        batch.mark("k", testRecord(testSeed()))
        #expect(try it.store.apply(batch, partition: 0, oldestQueuedMilliseconds: 0) { _ in }.created == 1)
        #expect(try it.count("idempotency_keys") == 1)
    }

    @Test("An order that was taken over with NULL in it is one whose status can be found")
    func nullTexts() throws {
        let endpoint = try server.makeEndpoint()
        try server.sql(Self.flaskTables, database: endpoint.database)
        let id = "0b9e8d7c-1a2b-4c3d-9e8f-7a6b5c4d3e2f"
        var text = ByteBuffer()
        text.append(string: id)
        let order = try #require(UUID(text: text.bytes))
        var buffer = ByteBuffer()
        let stored = try MariaDBOrderReader(MariaDBDatabase(endpoint)).order(order, into: &buffer)
        #expect(stored == .found(.none))
        #expect(buffer.string.hasPrefix("{\"order_id\":\"\(id)\",\"customer_name\":null,\"status\":null,"))
        #expect(OrderJSON.statusRange(in: buffer.bytes)?.of(buffer.bytes).string == "null")
    }

    @Test("The Flask service goes on writing to a database that was taken over, and its foreign key still holds")
    func handBack() throws {
        let endpoint = try server.makeEndpoint(characterSet: "latin1")
        try server.sql(Self.flaskTables, database: endpoint.database)
        let database = MariaDBDatabase(endpoint)
        try database.install()
        try server.sql(
            """
            INSERT INTO orders (id, customer_name, status) VALUES ('\(testText(7))', 'Eve', 'received');
            INSERT INTO order_items (item_name, quantity, order_id) VALUES ('Pen', 1, '\(testText(7))');
            """, database: endpoint.database)
        var buffer = ByteBuffer()
        try MariaDBOrderReader(database).page(limit: 1, after: nil, into: &buffer)
        #expect(buffer.string.contains(testText(7)) && buffer.string.contains("Pen"))
        let orphan = #expect(throws: MariaServer.Failure.self) {
            try server.sql(
                "INSERT INTO order_items (item_name, quantity, order_id) VALUES ('Pen', 1, 'x')",
                database: endpoint.database)
        }
        #expect(orphan?.description.contains("foreign key constraint fails") == true)
    }

    @Test(
        "A takeover that was interrupted between any two of its steps is completed by the next",
        arguments: [
            "ALTER TABLE order_items DROP FOREIGN KEY order_items_ibfk_1",
            """
            ALTER TABLE order_items DROP FOREIGN KEY order_items_ibfk_1;
            ALTER TABLE orders CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
            """,
            """
            ALTER TABLE order_items DROP FOREIGN KEY order_items_ibfk_1;
            ALTER TABLE orders CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
            ALTER TABLE order_items CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci
            """,
            "ALTER TABLE orders ADD COLUMN seq BIGINT NULL",
            "ALTER TABLE orders ADD COLUMN seq BIGINT NULL; UPDATE orders SET seq = 1 WHERE customer_name = 'Bob'",
            "CREATE TABLE order_counter (id INTEGER NOT NULL, total BIGINT NOT NULL, PRIMARY KEY (id))",
            "ALTER TABLE order_items DROP FOREIGN KEY order_items_ibfk_1; DROP INDEX order_id ON order_items",
        ])
    func interrupted(steps: String) throws {
        let endpoint = try server.makeEndpoint(characterSet: "latin1")
        try server.sql("\(Self.flaskTables) \(steps)", database: endpoint.database)
        let database = MariaDBDatabase(endpoint)
        try database.install()
        #expect(try MariaDBSchema.isComplete(MariaDBConnection.open(endpoint, .reader)))
        var buffer = ByteBuffer()
        try MariaDBOrderReader(database).page(limit: 10, after: nil, into: &buffer)
        #expect(buffer.string == "{\"total_orders\":3,\"orders\":[\(Self.flaskOrders)],\"next\":null}")
    }

    /// `orders` as version 0.2 made it.
    private static let stepsBack = """
        ALTER TABLE orders MODIFY COLUMN status VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL;
        DROP INDEX ix_orders_status_seq ON orders;
        """

    @Test(
        "A database of an earlier version gets what it lacks from several instances at once, wherever one was interrupted",
        arguments: [
            stepsBack, "DROP INDEX ix_orders_status_seq ON orders",
            """
            ALTER TABLE orders MODIFY COLUMN status VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci
            DEFAULT 'it''s new'
            """,
        ])
    func earlierVersion(steps: String) throws {
        let endpoint = try server.makeEndpoint()
        try MariaDBDatabase(endpoint).install()
        try server.sql(
            "INSERT INTO orders (id, customer_name, status) VALUES ('\(testText(1))', 'Ada', 'paid'); \(steps)",
            database: endpoint.database)
        let connection = try MariaDBConnection.open(endpoint, .maintenance)
        #expect(try !MariaDBSchema.isComplete(connection))
        let column = "concat(column_type, is_nullable, ifnull(column_default, '-')) FROM information_schema.columns"
        let status = "SELECT \(column) WHERE table_schema = '\(endpoint.database)' AND column_name = 'status'"
        let before = try server.sql(status)
        let log = Monitor<[String]>([])
        try onThreads(6) { _ in
            try MariaDBDatabase(endpoint) { line in log.withLock { $0.append(line) } }.install()
        }
        #expect(try MariaDBSchema.isComplete(connection))
        #expect(try server.sql(status) == before)
        let lines = log.withLock { $0 }
        #expect(lines.filter { $0.contains("index on status") }.count == (steps.contains("DROP INDEX") ? 1 : 0))
        #expect(lines.filter { $0.contains("trailing spaces") }.count == (steps.contains("COLLATE") ? 1 : 0))
    }

    @Test("Tables without transactions are moved to an engine that has them")
    func engine() throws {
        let endpoint = try server.makeEndpoint()
        try server.sql("SET default_storage_engine = MyISAM; \(Self.flaskTables)", database: endpoint.database)
        let database = MariaDBDatabase(endpoint)
        try database.install()
        #expect(try MariaDBSchema.isComplete(MariaDBConnection.open(endpoint, .reader)))
        var buffer = ByteBuffer()
        try MariaDBOrderReader(database).page(limit: 10, after: nil, into: &buffer)
        #expect(buffer.string.contains(Self.flaskOrders))
    }

    @Test("Items of orders that are gone leave a database without its foreign key, and it is said")
    func orphans() throws {
        let endpoint = try server.makeEndpoint()
        try server.sql(
            """
            \(Self.flaskTables) SET foreign_key_checks = 0;
            INSERT INTO order_items (item_name, quantity, order_id) VALUES ('Pen', 1, 'gone');
            ALTER TABLE order_items DROP FOREIGN KEY order_items_ibfk_1
            """, database: endpoint.database)
        let log = Monitor<[String]>([])
        let database = MariaDBDatabase(endpoint) { line in log.withLock { $0.append(line) } }
        var buffer = ByteBuffer()
        try MariaDBOrderReader(database).page(limit: 10, after: nil, into: &buffer)
        #expect(buffer.string.contains(Self.flaskOrders))
        #expect(log.withLock { $0 }.contains { $0.contains("orders that are gone") })
    }

    @Test("Many instances that start at once, half of them readers, all find the taken over database complete")
    func atOnce() throws {
        let endpoint = try server.makeEndpoint(characterSet: "latin1")
        try server.sql(Self.flaskTables, database: endpoint.database)
        let failures = Monitor<[String]>([])
        try onThreads(8) { number in
            // A database object for each, as for separate processes.
            let database = MariaDBDatabase(endpoint)
            if number % 2 == 0 { try database.install() }
            let reader = MariaDBOrderReader(database)
            var buffer = ByteBuffer()
            let isRead = eventually {
                buffer.removeAll()
                do throws(StoreError) {
                    try reader.page(limit: 10, after: nil, into: &buffer)
                    return true
                } catch {
                    if error != .mariadb(MariaDBSchema.isBusy) { failures.withLock { $0.append("\(error)") } }
                    return false
                }
            }
            let answer = buffer.string
            if !isRead || answer != "{\"total_orders\":3,\"orders\":[\(Self.flaskOrders)],\"next\":null}" {
                failures.withLock { $0.append(answer) }
            }
        }
        #expect(failures.withLock { $0 } == [])
    }

    @Test("A reader that finds the tables being made waits for them instead of failing")
    func readerWaits() throws {
        let endpoint = try server.makeEndpoint()
        let other = try MariaDBConnection.open(endpoint, .reader)
        #expect(try other.integer("SELECT get_lock(concat('spillway ', md5(database())), 0)") == 1)
        let waits = "SELECT count(*) FROM information_schema.processlist WHERE state = 'User lock' AND db = database()"
        let reader = Handed(MariaDBOrderReader(MariaDBDatabase(endpoint)))
        let answer = Monitor<String?>(nil)
        let thread = Thread(name: "reader") {
            var buffer = ByteBuffer()
            do throws(StoreError) {
                try reader.value.page(limit: 10, after: nil, into: &buffer)
                answer.withLock { $0 = buffer.string }
            } catch {
                answer.withLock { $0 = "\(error)" }
            }
        }
        #expect(eventually { (try? other.integer(waits)) == 1 })
        #expect(answer.withLock { $0 } == nil)
        #expect(try other.integer("SELECT release_lock(concat('spillway ', md5(database())))") == 1)
        thread.join()
        #expect(answer.withLock { $0 } == "{\"total_orders\":0,\"orders\":[],\"next\":null}")
    }

    @Test("Readers wait once, together: while somebody needs long for the tables each fails at once")
    func readersWaitOnce() throws {
        let endpoint = try server.makeEndpoint()
        let other = try MariaDBConnection.open(endpoint, .reader)
        let lock = "concat('spillway ', md5(database()))"
        #expect(try other.integer("SELECT get_lock(\(lock), 0)") == 1)
        let database = MariaDBDatabase(endpoint)
        let began = Deadline.now()
        for _ in 0..<100 {
            #expect(throws: MariaDBSchema.isBusy) { try database.install(.reader) }
        }
        // 100 times three seconds, if each waited.
        #expect(Deadline.now().milliseconds(from: began) < 60_000)
        #expect(try other.integer("SELECT release_lock(\(lock))") == 1)
        try database.install(.reader)
        #expect(try MariaDBSchema.isComplete(other))
    }

    private func columns(_ table: String, _ connection: borrowing MariaDBConnection) throws -> String? {
        let rows = try connection.query(
            """
            SELECT group_concat(concat(column_name, ' ', column_type) ORDER BY ordinal_position SEPARATOR ', ')
            FROM information_schema.columns WHERE table_schema = database() AND table_name = '\(table)'
            """)
        return rows.step() ? rows.string(0) : nil
    }
}
