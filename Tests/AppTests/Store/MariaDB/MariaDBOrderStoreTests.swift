import Reactor
import TestServers
import Testing

@testable import Metrics
@testable import Orders
@testable import Store

/// What can go wrong between a store and its server. What a store does when all goes well is in ``OrderStoreTests``.
@Suite struct MariaDBOrderStoreTests {
    let it: MariaDBUnderTest

    init() throws { it = try MariaDBUnderTest(MariaServer.shared()) }

    @Test("Texts of four-byte characters at the limit are kept; longer ones are refused one by one")
    func lengths() throws {
        let longest = String(repeating: "😀", count: 80)
        var batch = JobBatch()
        batch.message(1)
        batch.create(1, customer: longest, status: String(repeating: "𝄞", count: 20), items: [(longest, 1)])
        batch.create(2, customer: longest + "x")
        batch.create(3, items: [("Tea", 1), (longest + "x", 1)])
        batch.create(4)
        batch.update(4, status: String(repeating: "y", count: 21))
        batch.update(4, status: "paid")
        var reasons: [String] = []
        let result = try it.store.apply(batch, partition: 0, oldestQueuedMilliseconds: 0) {
            reasons += $0.map(\.reason)
        }
        var expected = ApplyResult(created: 2, updated: 1, rejected: 3)
        expected.exceptions = [1, 2, 4].map { JobException(job: $0, effect: .refused) }
        #expect(result == expected)
        #expect(
            reasons == [
                "The database refused it: Data too long for column 'customer_name' at row 1",
                "The database refused it: Data too long for column 'item_name' at row 2",
                "The database refused it: Data too long for column 'status' at row 1",
            ])
        #expect(try it.order(1).contains("\"\(longest)\"") && it.order(2) == "" && it.order(3) == "")
        #expect(try it.order(4).contains("paid") && it.total() == 2)
    }

    @Test("A deadlock is resolved by doing the transaction again, and nothing is done twice")
    func deadlock() throws {
        try it.create([1, 2])
        let other = try MariaDBConnection.open(it.endpoint, .writer)
        try other.run("START TRANSACTION")
        // Heavier than the store's transaction, so that the server takes that one for its victim.
        try other.run(
            "INSERT INTO order_items (order_id, item_name, quantity) SELECT '\(testID(2))', 'x', seq FROM seq_1_to_200")
        try other.run("UPDATE orders SET status = 'other' WHERE id = '\(testID(2))'")
        let applied = it.applyInBackground { batch in
            batch.message(9)
            batch.update(1, status: "store")
            batch.update(2, status: "store")
        }
        // It has order 1 and waits for order 2.
        #expect(try it.waitForLockWait())
        try other.run("UPDATE orders SET status = 'other' WHERE id = '\(testID(1))'")
        try other.commit()
        #expect(try applied.result() == ApplyResult(updated: 2))
        #expect(try it.order(1).contains("store") && it.order(2).contains("store"))
    }

    @Test("A lock that is never let go is an error after a while; later the same batch is applied")
    func lockTimeout() throws {
        try it.create([1])
        let other = try MariaDBConnection.open(it.endpoint, .writer)
        try other.run("START TRANSACTION")
        try other.run("UPDATE orders SET status = 'other' WHERE id = '\(testID(1))'")
        var settings = MariaDBSettings.writer
        settings.lockTimeoutSeconds = 1
        let store = MariaDBOrderStore(MariaDBDatabase(it.endpoint, writerSettings: settings))
        var batch = JobBatch()
        batch.message(9)
        batch.create(2)
        batch.update(1, status: "store")
        let error = #expect(throws: StoreError.self) {
            try store.apply(batch, partition: 0, oldestQueuedMilliseconds: 0) { _ in }
        }
        guard case .mariadb(let cause) = error else { return #expect(Bool(false), "\(String(describing: error))") }
        #expect(cause.kind == .lockTimeout && cause.outcome == .notCommitted)
        #expect(try it.order(2) == "" && it.total() == 1)
        try other.commit()
        let result = try store.apply(batch, partition: 0, oldestQueuedMilliseconds: 0) { _ in }
        #expect(result == ApplyResult(created: 1, updated: 1))
    }

    @Test("A connection that is killed in the middle of a transaction is replaced, and the batch is applied once")
    func killed() throws {
        try it.create([1])
        let other = try MariaDBConnection.open(it.endpoint, .writer)
        try other.run("START TRANSACTION")
        try other.run("UPDATE orders SET status = 'other' WHERE id = '\(testID(1))'")
        let applied = it.applyInBackground { batch in
            batch.message(9)
            batch.create(2)
            batch.update(1, status: "store")
            batch.create(3)
        }
        #expect(try it.waitForLockWait())
        try it.killWaitingSession()
        try other.commit()
        #expect(try applied.result() == ApplyResult(created: 2, updated: 1))
        #expect(try it.total() == 3 && it.count("order_items") == 3)
    }

    @Test("A connection that was closed while idle is replaced without an error, for a store and for a reader")
    func closedWhileIdle() throws {
        try it.create([1])
        #expect(try it.order(1) != "")
        for round in 0..<2 {
            try it.killAllSessions()
            try it.create([10 + round])
            #expect(try it.order(10 + round) != "")
        }
    }

    @Test(
        "A commit whose answer is lost is found out when the batch is applied again: nothing twice, nothing lost",
        arguments: [CommitCutter.Moment.beforeCommit, .afterCommit])
    func lostCommit(moment: CommitCutter.Moment) throws {
        let cutter = try CommitCutter(target: it.endpoint.port)
        var endpoint = it.endpoint
        endpoint.port = cutter.port
        let metrics = WorkerMetrics()
        let store = MariaDBOrderStore(MariaDBDatabase(endpoint), metrics: metrics)
        var first = JobBatch()
        first.message(1)
        first.create(1)
        _ = try store.apply(first, partition: 0, oldestQueuedMilliseconds: 0) { _ in }
        cutter.arm(moment)
        var batch = JobBatch()
        batch.message(2)
        batch.create(2)
        batch.update(1, status: "paid")
        batch.delete(7)
        batch.create(3, customer: String(repeating: "x", count: 81))
        var asides = 0
        let result = try store.apply(batch, partition: 0, oldestQueuedMilliseconds: 0) { asides += $0.count }
        var expected = ApplyResult(created: 1, updated: 1, skipped: 1, rejected: 1)
        expected.exceptions = [JobException(job: 3, effect: .refused)]
        #expect(result == expected)
        #expect(cutter.cuts == 1 && asides == 1)
        let retries = metrics.reading.retries[WorkerFigures.Retried.database.rawValue]
        // Behind the commit its answer can still get through.
        #expect(retries == 1 || (moment == .afterCommit && retries == 0))
        #expect(try it.total() == 2 && it.count("order_items") == 2 && it.count("absent_orders") == 1)
    }

    @Test("Two workers that get the same messages at once apply each of them once")
    func race() throws {
        let endpoint = it.endpoint
        let created = Monitor(0)
        try onThreads(2) { _ in
            let store = MariaDBOrderStore(MariaDBDatabase(endpoint))
            for round in 0..<30 {
                var batch = JobBatch()
                for message in 0..<4 {
                    batch.message(round * 10 + message)
                    for order in 0..<5 { batch.create(round * 100 + message * 10 + order) }
                }
                let result = try store.apply(batch, partition: 0, oldestQueuedMilliseconds: 0) { _ in }
                created.withLock { $0 += result.created }
            }
        }
        #expect(created.withLock { $0 } == 600)
        #expect(try it.total() == 600 && it.count("orders") == 600 && it.count("order_items") == 600)
    }

    @Test("Four workers of different partitions do not disturb each other, and all is counted")
    func workers() throws {
        let endpoint = it.endpoint
        try onThreads(4) { partition in
            let store = MariaDBOrderStore(MariaDBDatabase(endpoint))
            for round in 0..<10 {
                var batch = JobBatch()
                batch.message(round)
                for order in 0..<50 { batch.create(partition * 100_000 + round * 100 + order) }
                for order in 0..<10 { batch.update(partition * 100_000 + round * 100 + order, status: "paid") }
                for order in 0..<5 { batch.delete(partition * 100_000 + round * 100 + order) }
                let result = try store.apply(batch, partition: partition, oldestQueuedMilliseconds: 0) { _ in }
                #expect(result == ApplyResult(created: 50, updated: 10, deleted: 5))
            }
        }
        #expect(try it.total() == 1800 && it.count("orders") == 1800)
    }

    @Test("When the numbers of the items have run out, that is an error and no job is to blame")
    func itemNumbers() throws {
        try it.server.sql("ALTER TABLE order_items AUTO_INCREMENT = 2147483647", database: it.endpoint.database)
        var batch = JobBatch()
        batch.message(1)
        batch.create(1, items: [("a", 1), ("b", 1)])
        let error = #expect(throws: StoreError.self) {
            try it.store.apply(batch, partition: 0, oldestQueuedMilliseconds: 0) { _ in }
        }
        guard case .mariadb(let cause) = error else { return #expect(Bool(false), "\(String(describing: error))") }
        #expect(cause.kind == .other && !cause.refusesRow, "\(cause)")
        #expect(try it.total() == 0)
    }

    @Test("The tables are made when the first batch comes, also when the server was not there at first")
    func lateServer() throws {
        let endpoint = try it.server.makeEndpoint()
        var elsewhere = endpoint
        elsewhere.port = FreePort.next()
        var batch = JobBatch()
        batch.message(1)
        batch.create(1)
        let unreachable = MariaDBOrderStore(MariaDBDatabase(elsewhere))
        #expect(throws: StoreError.self) {
            try unreachable.apply(batch, partition: 0, oldestQueuedMilliseconds: 0) { _ in }
        }
        let store = MariaDBOrderStore(MariaDBDatabase(endpoint))
        #expect(try store.apply(batch, partition: 0, oldestQueuedMilliseconds: 0) { _ in } == ApplyResult(created: 1))
    }

    @Test("A database that is made anew under a running service gets its tables again")
    func madeAnew() throws {
        try it.create([1])
        #expect(try it.order(1) != "")
        try it.server.sql("DROP DATABASE \(it.endpoint.database); CREATE DATABASE \(it.endpoint.database)")
        try it.create([2])
        #expect(try it.order(2) != "" && it.order(1) == "" && it.total() == 1)
        try it.server.sql("DROP DATABASE \(it.endpoint.database); CREATE DATABASE \(it.endpoint.database)")
        #expect(try it.order(2) == "")
    }
}
