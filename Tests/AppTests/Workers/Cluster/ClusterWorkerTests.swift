import Reactor
import TestServers
import Testing

@testable import Cache
@testable import Health
@testable import Orders
@testable import Queue
@testable import Store

/// With a real broker and database.
@Suite struct ClusterWorkerTests {
    @Test("What is published is applied in its order, the cache is told, and it is acknowledged")
    func applies() throws {
        let harness = try ClusterHarness("applies", partitions: 3)
        try harness.startInstance(workers: 2)
        try harness.publish(
            [
                [JobLine.create(1, order: 1)], [JobLine.create(2, order: 2), JobLine.update(3, order: 1, status: "a")],
                [JobLine.update(4, order: 1, status: "b"), JobLine.delete(5, order: 2)],
            ], firstID: 1)
        try harness.publish([[JobLine.create(6, order: 3)]], partition: 2, firstID: 4)
        #expect(try eventually { try harness.orders() == 2 && harness.history(1) == ["a", "b"] })
        #expect(try harness.stopAndCheckEmpty())
        #expect(try harness.stored(1) == JobLine.order(1, status: "b") && harness.stored(2) == nil)
        #expect(try harness.stored(3) == JobLine.order(3))
        let writes = harness.repair.settled
        #expect(writes.count == 6 && writes.filter(\.isCreation).count == 3)
        #expect(
            writes.filter { $0.orderID != testID(3) && !$0.isCreation }
                == [
                    SettledWrite(orderID: testID(1), version: JobLine.version(3), isShown: true),
                    SettledWrite(orderID: testID(1), version: JobLine.version(4), isShown: true),
                    SettledWrite(orderID: testID(2), version: JobLine.version(5), isShown: false),
                ])
        #expect(harness.health.failures.isEmpty && harness.log.lines.isEmpty)
    }

    @Test("During the lag a batch gathers up to its limit, and goes into one transaction")
    func batches() throws {
        let harness = try ClusterHarness("batches")
        try harness.publish(
            (0..<10).map { message in (0..<3).map { JobLine.create(message * 3 + $0, order: message * 3 + $0) } },
            firstID: 1)
        try harness.startInstance(lagMilliseconds: 300, jobsPerTransaction: 12)
        #expect(try eventually { try harness.orders() == 30 })
        #expect(try harness.stopAndCheckEmpty())
        #expect(harness.repair.calls.map(\.writes.count) == [12, 12, 6])
    }

    @Test("What comes while a batch waits for its lag goes along with it, in its order")
    func joins() throws {
        // Where publishing takes as long as the lag nothing can be told, and a longer one is tried.
        for lag in [1_000, 4_000, 16_000] {
            let harness = try ClusterHarness("joins-\(lag)")
            try harness.startInstance(lagMilliseconds: lag)
            let start = Timeout.now()
            try harness.publish([[JobLine.create(1, order: 1)]], firstID: 1)
            for number in 2...4 {
                // What came before is delivered, so the lag has begun.
                #expect(try eventually { try harness.ready() == 0 })
                try harness.publish([[JobLine.update(number, order: 1, status: "\(number)")]], firstID: number)
            }
            #expect(try eventually { try harness.ready() == 0 })
            let isInTime = Timeout.now() - start < Double(lag) / 2_000
            #expect(try eventually(within: 60) { try harness.history(1) == ["2", "3", "4"] })
            #expect(try harness.stopAndCheckEmpty())
            guard isInTime else { continue }
            #expect(harness.repair.calls.map(\.writes.count) == [4])
            #expect(harness.repair.settled.dropFirst().map(\.version) == (2...4).map(JobLine.version))
            return
        }
        Issue.record("publishing four messages takes longer than eight seconds")
    }

    @Test("Poisoned jobs become dead letters with their reason, among good neighbours that are applied")
    func poisoned() throws {
        let harness = try ClusterHarness("poisoned")
        let long = String(repeating: "x", count: 81)
        try harness.publish(
            [
                [JobLine.create(1, order: 1)], ["this is no JSON"],
                [JobLine.create(2, order: 2), "{\"job_id\":\"", JobLine.create(3, order: 3)],
                ["{\"job_id\":\"\(testID(10_004))\",\"type\":\"paint_order\",\"payload\":{}}"],
                [JobLine.create(5, order: 5, customer: long), JobLine.create(6, order: 6)],
            ], firstID: 1)
        try harness.startInstance()
        #expect(try eventually { try harness.orders() == 4 })
        #expect(try harness.stopAndCheckEmpty())
        #expect(try harness.ready(harness.topology.deadQueueName) == 4)
        #expect(harness.log.lines.count { $0.hasPrefix("warning job set aside") } == 4)
    }

    @Test("A job that the database refuses becomes a dead letter, and the cache stops showing it")
    func refused() throws {
        let harness = try ClusterHarness("refused")
        try SQLiteConnection.open(path: harness.directory.file("orders.db")).execute(
            """
            CREATE TRIGGER picky BEFORE INSERT ON orders WHEN new.customer_name = 'Mallory'
            BEGIN SELECT raise(ABORT, 'not him'); END
            """)
        try harness.startInstance()
        try harness.publish(
            [[JobLine.create(1, order: 1), JobLine.create(2, order: 2, customer: "Mallory")]], firstID: 1)
        #expect(try eventually { try harness.orders() == 1 })
        #expect(try harness.stopAndCheckEmpty())
        #expect(try harness.ready(harness.topology.deadQueueName) == 1)
        #expect(harness.repair.settled.map(\.isShown) == [true, false])
    }

    @Test("A database that fails is tried again with the batch in hand, while the connection is kept alive")
    func databaseFails() throws {
        let harness = try ClusterHarness("database-fails")
        let other = try SQLiteConnection.open(path: harness.directory.file("orders.db"))
        try other.execute("BEGIN IMMEDIATE")
        try harness.startInstance(heartbeatSeconds: 1)
        try harness.publish([[JobLine.create(1, order: 1)]], firstID: 1)
        #expect(harness.log.waitForLine("error database is failing"))
        // The broker ends a connection after two silent intervals.
        let later = Timeout(seconds: 3.5)
        #expect(eventually { later.hasPassed })
        try harness.publish([[JobLine.update(2, order: 1, status: "a")]], firstID: 2)
        try other.execute("COMMIT")
        #expect(try eventually { try harness.history(1) == ["a"] })
        #expect(try harness.stopAndCheckEmpty())
        #expect(
            harness.log.lines.map { $0.prefix(20) }
                == ["error database is failing", "notice database works again"].map { $0.prefix(20) })
        #expect(harness.repair.calls.count == 2)
    }

    @Test("Told to stop, a worker gives back what is in hand at once, in order, and another one applies it")
    func stops() throws {
        let harness = try ClusterHarness("stops")
        let first = try harness.startInstance(lagMilliseconds: 600_000)
        try harness.publish((0..<20).map { [JobLine.update($0, order: 1, status: "\($0)")] }, firstID: 10)
        #expect(try eventually { try harness.ready() == 0 })
        first.stop()
        #expect(try harness.ready() == 20 && harness.repair.calls.isEmpty)
        try harness.store.insert(order: 1)
        try harness.startInstance()
        #expect(try eventually { try harness.history(1) == (0..<20).map(String.init) })
        #expect(try harness.stopAndCheckEmpty())
    }
}

extension SQLiteOrderStore {
    /// Puts an order there, without any message.
    func insert(order: Int) throws {
        var batch = JobBatch()
        batch.create(order)
        for index in batch.jobs.indices { batch.jobs[index].message = 0 }
        batch.messages = [testID(900_000 + order)]
        _ = try apply(batch, partition: 99, oldestQueuedMilliseconds: 0) { _ in }
    }
}
