import Reactor
import TestServers
import Testing

@testable import Orders
@testable import Store

/// Workers, resets and earlier versions of the service on one MariaDB database.
@Suite struct MariaDBVersionTests {
    let it: MariaDBUnderTest

    init() throws { it = try MariaDBUnderTest(MariaServer.shared()) }

    @Test("A worker waits for another one on its partition, and sees all that it has done; others go on")
    func paused() throws {
        try MariaDBConnection.open(it.endpoint, .maintenance).run(
            """
            CREATE TRIGGER refuse BEFORE INSERT ON orders FOR EACH ROW
            IF NEW.customer_name = 'Bad' THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no'; END IF
            """)
        // The partition has its row, and nobody waits only for that to be made.
        try it.create([1])
        var batch = JobBatch()
        batch.message(1)
        batch.create(10)
        batch.create(11, customer: "Bad")
        var elsewhere = JobBatch()
        elsewhere.message(2)
        elsewhere.create(20)
        let other = MariaDBOrderStore(MariaDBDatabase(it.endpoint))
        var second: MariaDBUnderTest.BackgroundApply?
        // Its transaction is open while it sets the bad one aside.
        let first = try it.store.apply(batch, partition: 0, oldestQueuedMilliseconds: 0) { _ in
            second = it.applyInBackground { batch in
                batch.message(3)
                batch.update(10, status: "paid", version: 1)
                batch.delete(10, version: 2)
            }
            let waits = (try? it.waitForLockWait()) ?? false
            #expect(waits)
            let apart = try? other.apply(elsewhere, partition: 1, oldestQueuedMilliseconds: 0) { _ in }
            #expect(apart == ApplyResult(created: 1))
        }
        #expect(first.created == 1 && first.rejected == 1)
        #expect(try second?.result() == ApplyResult(updated: 1, deleted: 1))
        #expect(try it.total() == 2 && it.count("absent_orders") == 1)
    }

    @Test("An order that somebody without locks makes or takes away meanwhile is looked at again")
    func changedMeanwhile() throws {
        try it.create([1, 2])
        let other = try MariaDBConnection.open(it.endpoint, .writer)
        try other.run("START TRANSACTION")
        try other.run("DELETE FROM order_items")
        try other.run("DELETE FROM orders WHERE id = '\(testID(1))'")
        try other.run("INSERT INTO orders (id, customer_name, status) VALUES ('\(testID(3))', 'Eve', 'new')")
        let applied = it.applyInBackground { batch in
            batch.message(9)
            batch.update(1, status: "paid", version: 1)
            batch.create(3)
        }
        #expect(try it.waitForLockWait())
        try other.commit()
        let result = try applied.result()
        #expect(result?.created == 0 && result?.updated == 0 && result?.skipped == 2)
        #expect(result?.exceptions.map(\.effect) == [.early, .superseded(by: testVersion(0))])
        #expect(try it.order(3).contains("Eve"))
    }

    @Test(
        "A reset that is killed half way lets nothing in again, and the next one completes it",
        arguments: [
            "", "DELETE FROM order_counter;",
            "DELETE FROM order_counter; SET foreign_key_checks = 0; TRUNCATE TABLE orders;",
            "DELETE FROM order_counter; SET foreign_key_checks = 0; TRUNCATE TABLE orders; TRUNCATE TABLE order_items;",
        ])
    func halfReset(steps: String) throws {
        var batch = JobBatch()
        batch.message(1)
        batch.create(1)
        batch.create(2)
        batch.delete(2, version: 3)
        _ = try it.store.apply(batch, partition: 0, oldestQueuedMilliseconds: 0) { _ in }
        try it.server.sql(
            "UPDATE order_partitions SET reset = \(testVersion(3)); \(steps)", database: it.endpoint.database)
        batch.create(4)
        let isGone = steps.contains("TRUNCATE")
        let again = try it.store.apply(batch, partition: 0, oldestQueuedMilliseconds: 0) { _ in }
        #expect(!again.changed)
        #expect(try it.order(4) == "" && it.order(2) == "")
        #expect(try (it.order(1) == "") == isGone && it.count("orders") == (isGone ? 0 : 1))
        let maintenance = MariaDBMaintenance(MariaDBDatabase(it.endpoint))
        _ = try maintenance.removeAllOrders()
        #expect(try it.total() == 0 && it.count("orders") == 0 && it.count("absent_orders") == 0)
        #expect(try maintenance.highestVersion() == testVersion(4))
    }

    /// What version 0.5 made, with an order and an applied message.
    private static let earlierTables = """
        CREATE TABLE orders (
            id VARCHAR(36) NOT NULL, customer_name VARCHAR(80) NOT NULL,
            status VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
            seq BIGINT NOT NULL AUTO_INCREMENT, PRIMARY KEY (id), UNIQUE KEY ix_orders_seq (seq),
            KEY ix_orders_status_seq (status, seq)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
        CREATE TABLE order_items (
            id INTEGER NOT NULL AUTO_INCREMENT, item_name VARCHAR(80) NOT NULL, quantity INTEGER NOT NULL,
            order_id VARCHAR(36) NOT NULL, PRIMARY KEY (id), KEY ix_order_items_order_id (order_id),
            FOREIGN KEY (order_id) REFERENCES orders (id)
        ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
        CREATE TABLE applied_messages (
            `partition` INTEGER NOT NULL, message_id BINARY(16) NOT NULL, PRIMARY KEY (`partition`, message_id)
        ) ENGINE=InnoDB;
        CREATE TABLE idempotency_keys (
            idempotency_key VARBINARY(255) NOT NULL, position INTEGER NOT NULL, fingerprint BINARY(32) NOT NULL,
            seed BINARY(16) NOT NULL, created BIGINT NOT NULL, PRIMARY KEY (idempotency_key, position),
            KEY ix_idempotency_keys_created (created)
        ) ENGINE=InnoDB;
        CREATE TABLE order_counter (id INTEGER NOT NULL, total BIGINT NOT NULL, PRIMARY KEY (id)) ENGINE=InnoDB;
        INSERT INTO order_counter VALUES (1, 1);
        INSERT INTO orders (id, customer_name, status) VALUES ('\(testText(1))', 'Ada', 'paid');
        INSERT INTO order_items (item_name, quantity, order_id) VALUES ('Tea', 2, '\(testText(1))');
        INSERT INTO applied_messages VALUES (0, x'00000000000000000000000000000001');
        """

    @Test(
        "A database of version 0.5 is completed by several instances at once, wherever one was interrupted, and that version goes on",
        arguments: [
            "", "ALTER TABLE orders ADD COLUMN version BIGINT NOT NULL DEFAULT 0;",
            "CREATE TABLE order_partitions (`partition` INTEGER PRIMARY KEY, highest BIGINT NOT NULL, reset BIGINT NOT NULL);",
        ])
    func earlierVersion(steps: String) throws {
        let endpoint = try it.server.makeEndpoint()
        try it.server.sql("\(Self.earlierTables) \(steps)", database: endpoint.database)
        let log = Monitor<[String]>([])
        try onThreads(6) { number in
            let database = MariaDBDatabase(endpoint) { line in log.withLock { $0.append(line) } }
            try database.install()
            var batch = JobBatch()
            batch.message(number)
            batch.update(1, status: "sent", version: 5)
            _ = try MariaDBOrderStore(database).apply(batch, partition: 0, oldestQueuedMilliseconds: 0) { _ in }
        }
        let lines = log.withLock { $0 }
        #expect(lines.filter { $0.contains("version") }.count == (steps.contains("version") ? 0 : 1))
        let database = MariaDBDatabase(endpoint)
        let reader = MariaDBOrderReader(database)
        var buffer = ByteBuffer()
        #expect(try reader.order(testID(1), into: &buffer) == .found(testVersion(5)))
        #expect(buffer.string.contains("\"sent\",\"items\":[{\"name\":\"Tea\""))
        // As that version writes.
        try it.server.sql(
            """
            INSERT INTO applied_messages (`partition`, message_id) VALUES (0, x'00000000000000000000000000000002');
            INSERT INTO orders (id, customer_name, status) VALUES ('\(testText(2))', 'Bob', 'new');
            UPDATE orders SET status = 'old' WHERE id = '\(testText(1))';
            UPDATE order_counter SET total = total + 1;
            """, database: endpoint.database)
        buffer.removeAll()
        #expect(try reader.order(testID(1), into: &buffer) == .found(testVersion(5)))
        #expect(buffer.string.contains("old"))
        #expect(try reader.order(testID(2), into: &buffer) == .found(testVersion(0)))
        var batch = JobBatch()
        batch.message(7)
        batch.create(2)
        batch.delete(2, version: 6)
        let result = try MariaDBOrderStore(database).apply(batch, partition: 0, oldestQueuedMilliseconds: 0) { _ in }
        #expect(result == ApplyResult(deleted: 1, skipped: 1, superseded: [0: 0]))
    }

    @Test("A new database has no table of applied messages")
    func newDatabase() throws {
        #expect(
            try it.count(
                "information_schema.tables WHERE table_schema = database() AND table_name = 'applied_messages'") == 0)
    }
}
