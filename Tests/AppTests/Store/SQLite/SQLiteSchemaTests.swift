import Reactor
import TestServers
import Testing

@testable import Orders
@testable import Store

@Suite struct SQLiteSchemaTests {
    let directory = TemporaryDirectory()

    /// What Flask-SQLAlchemy sends for the models of the replaced service.
    static let flaskTables = """
        CREATE TABLE orders (
        \tid VARCHAR(36) NOT NULL, 
        \tcustomer_name VARCHAR(80), 
        \tstatus VARCHAR(20), 
        \tPRIMARY KEY (id)
        );
        CREATE TABLE order_items (
        \tid INTEGER NOT NULL, 
        \titem_name VARCHAR(80), 
        \tquantity INTEGER, 
        \torder_id VARCHAR(36), 
        \tPRIMARY KEY (id), 
        \tFOREIGN KEY(order_id) REFERENCES orders (id)
        );
        INSERT INTO orders VALUES ('5a3f5c7e-9d1b-4b52-8f3e-1f0f3a4d9c11', 'Grace "G" Hopper', 'received');
        INSERT INTO orders VALUES ('0b9e8d7c-1a2b-4c3d-9e8f-7a6b5c4d3e2f', NULL, NULL);
        INSERT INTO order_items (item_name, quantity, order_id) VALUES ('Tea', 2, '5a3f5c7e-9d1b-4b52-8f3e-1f0f3a4d9c11');
        INSERT INTO order_items (item_name, quantity, order_id) VALUES ('Fish', NULL, '0b9e8d7c-1a2b-4c3d-9e8f-7a6b5c4d3e2f');
        INSERT INTO order_items (item_name, quantity, order_id) VALUES ('Cup', 1, '5a3f5c7e-9d1b-4b52-8f3e-1f0f3a4d9c11');
        """

    @Test("An empty file gets the tables of the contract, and a second run changes nothing")
    func twice() throws {
        let connection = try SQLiteConnection.open(path: directory.file("a.db"))
        try SQLiteSchema.install(on: connection)
        let version = try connection.integer("PRAGMA schema_version")
        let types = "SELECT group_concat(name || ' ' || type, ', ') FROM pragma_table_info"
        #expect(
            try text(connection, "\(types)('orders')")
                == "id VARCHAR(36), customer_name VARCHAR(80), status VARCHAR(20), version BIGINT")
        #expect(
            try text(connection, "\(types)('order_items')")
                == "id INTEGER, item_name VARCHAR(80), quantity INTEGER, order_id VARCHAR(36)")
        try SQLiteSchema.install(on: connection)
        #expect(try connection.integer("PRAGMA schema_version") == version)
        #expect(try connection.integer("SELECT total FROM order_counter") == 0)
    }

    @Test("Many connections that open one new file at once all find it complete")
    func atOnce() throws {
        let path = directory.file("a.db")
        let failures = Monitor<[String]>([])
        let threads = (0..<8).map { number in
            Thread(name: "open \(number)") {
                do {
                    _ = try SQLiteOrderStore(path: path)
                    var buffer = ByteBuffer()
                    try SQLiteOrderReader(path: path).page(limit: 1, after: nil, into: &buffer)
                    let answer = buffer.string
                    if answer != #"{"total_orders":0,"orders":[],"next":null}"# {
                        failures.withLock { $0.append(answer) }
                    }
                } catch {
                    failures.withLock { $0.append("\(error)") }
                }
            }
        }
        for thread in threads { thread.join() }
        #expect(failures.withLock { $0 } == [])
    }

    @Test("A database that the Flask service made is taken over with its orders, and takes new ones")
    func takeOver() throws {
        let path = directory.file("a.db")
        try SQLiteConnection.open(path: path).execute("PRAGMA journal_mode=DELETE; \(Self.flaskTables)")
        let store = try SQLiteOrderStore(path: path)
        var batch = JobBatch()
        batch.message(1)
        batch.create(5)
        batch.delete(6)
        _ = try store.apply(batch, partition: 0, oldestQueuedMilliseconds: 0) { _ in }
        _ = try SQLiteOrderStore(path: path)

        var buffer = ByteBuffer()
        try SQLiteOrderReader(path: path).page(limit: 10, after: nil, into: &buffer)
        #expect(
            buffer.string == """
                {"total_orders":3,"orders":[\
                {"order_id":"\(testText(5))","customer_name":"Ada","status":"received",\
                "items":[{"name":"Tea","quantity":2}]},\
                {"order_id":"0b9e8d7c-1a2b-4c3d-9e8f-7a6b5c4d3e2f","customer_name":null,"status":null,\
                "items":[{"name":"Fish","quantity":null}]},\
                {"order_id":"5a3f5c7e-9d1b-4b52-8f3e-1f0f3a4d9c11","customer_name":"Grace \\"G\\" Hopper","status":"received",\
                "items":[{"name":"Tea","quantity":2},{"name":"Cup","quantity":1}]}],"next":null}
                """)
        let plan = "SELECT count(*) FROM pragma_index_info('ix_order_items_order_id') WHERE name = 'order_id'"
        #expect(try SQLiteConnection.open(path: path).integer(plan) == 1)
    }

    /// What version 0.5 made, with an order and an applied message.
    private static let earlierTables = """
        CREATE TABLE orders (id VARCHAR(36) NOT NULL, customer_name VARCHAR(80) NOT NULL,
            status VARCHAR(20) NOT NULL, PRIMARY KEY (id));
        CREATE TABLE order_items (id INTEGER NOT NULL, item_name VARCHAR(80) NOT NULL, quantity INTEGER NOT NULL,
            order_id VARCHAR(36) NOT NULL, PRIMARY KEY (id), FOREIGN KEY(order_id) REFERENCES orders (id));
        CREATE INDEX ix_order_items_order_id ON order_items (order_id);
        CREATE INDEX ix_orders_status ON orders (status);
        CREATE TABLE applied_messages (partition INTEGER NOT NULL, message_id BLOB NOT NULL,
            PRIMARY KEY (partition, message_id)) WITHOUT ROWID;
        CREATE TABLE order_counter (id INTEGER PRIMARY KEY CHECK (id = 1), total INTEGER NOT NULL);
        INSERT INTO order_counter VALUES (1, 1);
        INSERT INTO orders VALUES ('\(testText(1))', 'Ada', 'paid');
        INSERT INTO applied_messages VALUES (0, x'01');
        """

    @Test("A database of version 0.5 gets versions from several instances at once, and keeps what it has")
    func withoutVersions() throws {
        let path = directory.file("a.db")
        try SQLiteConnection.open(path: path).execute(Self.earlierTables)
        try onThreads(6) { number in
            var batch = JobBatch()
            batch.message(number)
            batch.update(1, status: "sent", version: 5)
            _ = try SQLiteOrderStore(path: path).apply(batch, partition: 0, oldestQueuedMilliseconds: 0) { _ in }
        }
        let connection = try SQLiteConnection.open(path: path)
        // As that version writes.
        try connection.execute(
            """
            INSERT INTO applied_messages (partition, message_id) VALUES (0, x'02');
            INSERT INTO orders (id, customer_name, status) VALUES ('\(testText(2))', 'Bob', 'new');
            """)
        var buffer = ByteBuffer()
        let reader = try SQLiteOrderReader(path: path)
        #expect(try reader.order(testID(1), into: &buffer) == .found(testVersion(5)))
        #expect(try reader.order(testID(2), into: &buffer) == .found(testVersion(0)))
        #expect(try connection.integer("SELECT count(*) FROM applied_messages") == 2)
        #expect(try connection.integer("SELECT total FROM order_counter") == 1)
    }

    @Test("A database of an earlier version, without the index on status, gets it from whoever opens it first")
    func earlierVersion() throws {
        let path = directory.file("a.db")
        let store = try SQLiteOrderStore(path: path)
        var batch = JobBatch()
        batch.message(1)
        batch.create(5, status: "paid")
        _ = try store.apply(batch, partition: 0, oldestQueuedMilliseconds: 0) { _ in }
        let connection = try SQLiteConnection.open(path: path)
        try connection.execute("DROP INDEX ix_orders_status")
        try onThreads(8) { _ in
            _ = try SQLiteOrderStore(path: path)
            var buffer = ByteBuffer()
            var status = ByteBuffer()
            status.append("paid")
            try SQLiteOrderReader(path: path).page(limit: 1, after: nil, status: status.bytes, into: &buffer)
            #expect(buffer.string.contains(testText(5)))
        }
        #expect(
            try connection.integer("SELECT count(*) FROM pragma_index_list('orders') WHERE name = 'ix_orders_status'")
                == 1)
    }

    @Test("A database of an earlier version gets the table of idempotency keys, by several at once")
    func withoutKeys() throws {
        let path = directory.file("a.db")
        _ = try SQLiteOrderStore(path: path)
        try SQLiteConnection.open(path: path).execute("DROP TABLE idempotency_keys")
        try onThreads(4) { _ in _ = try SQLiteOrderStore(path: path) }
        let key = IdempotencyKey("k")
        #expect(try SQLiteOrderReader(path: path).record(of: key) == nil)
    }

    private func text(_ connection: borrowing SQLiteConnection, _ sql: String) throws -> String? {
        let statement = try SQLiteStatement(connection, sql)
        guard try statement.step() else { return nil }
        return statement.withText(0) { $0.map { String(decoding: $0, as: UTF8.self) } }
    }
}
