import Reactor
import TestServers
import Testing

@testable import Cache
@testable import Health
@testable import Queue
@testable import Store

@Suite struct EmbeddedWorkerTests {
    private func isAcknowledged(_ content: CommitInbox.Content, _ sequence: Int64, partition: Int = 0) -> Bool {
        content.acknowledgements == [EmbeddedAcknowledgement(partition: partition, throughSequence: sequence)]
    }

    @Test("What is announced is applied in its order, shown, and acknowledged")
    func applies() throws {
        let harness = try EmbeddedWorkerHarness()
        try harness.start()
        let order = SampleOrder()
        order.withBytes {
            harness.cache.committed(create: testID(1), order: $0, status: order.status, now: .now())
            harness.cache.committed(delete: testID(2), JobLine.version(4), base: nil, now: .now())
        }
        _ = try harness.put([JobLine.create(1, order: 1), JobLine.create(2, order: 2)], message: 1)
        let last = try harness.put(
            [JobLine.update(3, order: 1, status: "paid"), JobLine.delete(4, order: 2), JobLine.create(5, order: 3)],
            message: 2)
        harness.announce(last)
        #expect(isAcknowledged(harness.next(), last))
        harness.stop()
        #expect(try harness.stored(testID(1)) == JobLine.order(1, status: "paid"))
        #expect(try harness.stored(testID(2)) == nil && harness.stored(testID(3)) == JobLine.order(3))
        #expect(harness.lists.version == 1 && harness.health.failures.isEmpty)
        // The two writes that the cache was told of have ended.
        #expect(harness.cache.pendingCount == 0 && harness.cache.text(of: testID(2)) == nil)
    }

    @Test("Messages beyond what was announced wait, though they are in the file already")
    func onlyAnnounced() throws {
        let harness = try EmbeddedWorkerHarness()
        try harness.start()
        let first = try harness.put([JobLine.create(1, order: 1)], message: 1)
        let second = try harness.put([JobLine.create(2, order: 2)], message: 2)
        harness.announce(first)
        #expect(isAcknowledged(harness.next(), first))
        #expect(try harness.stored(testID(1)) != nil && harness.stored(testID(2)) == nil)
        harness.announce(second)
        #expect(isAcknowledged(harness.next(), second))
        #expect(try harness.stored(testID(2)) != nil)
    }

    @Test(
        "A transaction holds no more jobs than allowed, but one message in any case",
        arguments: [(1, 3), (4, 2), (99, 1)])
    func batchLimit(jobs: Int, transactions: Int) throws {
        let harness = try EmbeddedWorkerHarness()
        var last: Int64 = 0
        for message in 1...3 {
            let lines = (0..<2).map { JobLine.create(message * 10 + $0, order: message * 10 + $0) }
            last = try harness.put(lines, message: message)
        }
        try harness.start(jobsPerTransaction: jobs)
        harness.announce(last)
        #expect(harness.waitForAcknowledgement(last))
        harness.stop()
        #expect(try harness.count("orders") == 6)
        #expect(harness.lists.version == UInt64(transactions))
    }

    @Test("The partitions of a worker are each applied and acknowledged on their own")
    func partitions() throws {
        let harness = try EmbeddedWorkerHarness(partitions: 3)
        try harness.start()
        let sequences = try (0..<3).map {
            try harness.put([JobLine.create($0, order: $0)], message: $0 + 1, partition: $0)
        }
        for partition in 0..<3 { harness.announce(sequences[partition], partition: partition) }
        var seen: [Int: Int64] = [:]
        while seen.count < 3 {
            let acknowledgements = harness.acknowledged()
            try #require(!acknowledgements.isEmpty)
            for one in acknowledgements { seen[one.partition] = one.throughSequence }
        }
        #expect(seen == [0: sequences[0], 1: sequences[1], 2: sequences[2]])
        #expect(try harness.count("orders") == 3)
    }

    @Test("What can't be read goes to the dead letters with its reason, and its neighbours are applied")
    func unreadable() throws {
        let harness = try EmbeddedWorkerHarness()
        try harness.start()
        let last = try harness.put(
            [
                JobLine.create(1, order: 1), "nonsense", JobLine.update(2, order: 1, status: ""),
                JobLine.create(3, order: 3),
            ],
            message: 1)
        harness.announce(last)
        let letters = harness.next()
        let all = letters.deadLetters.flatMap(\.letters)
        #expect(all.map { String(decoding: $0.body, as: UTF8.self) }.first == "nonsense")
        #expect(all.map(\.jobID) == [nil, testID(10_002)] && all.allSatisfy { !$0.reason.isEmpty })
        // Nothing is applied before they are durable.
        #expect(try harness.count("orders") == 0)
        letters.deadLetters.first?.finish(.success(()))
        #expect(isAcknowledged(harness.next(), last))
        #expect(try harness.stored(testID(1)) == JobLine.order(1) && harness.stored(testID(3)) != nil)
        #expect(harness.log.lines.count { $0.hasPrefix("warning job set aside") } == 2)
    }

    @Test("A job that the database refuses is set aside and is not shown any more; the rest of its batch is applied")
    func refused() throws {
        let harness = try EmbeddedWorkerHarness()
        try SQLiteConnection.open(path: harness.directory.file("orders.db")).execute(
            """
            CREATE TRIGGER picky BEFORE INSERT ON orders WHEN new.customer_name = 'Mallory'
            BEGIN SELECT raise(ABORT, 'not him'); END
            """)
        try harness.start()
        let order = SampleOrder(name: "Mallory")
        order.withBytes { harness.cache.committed(create: testID(2), order: $0, status: order.status, now: .now()) }
        let last = try harness.put(
            [
                JobLine.create(1, order: 1), JobLine.create(2, order: 2, customer: "Mallory"),
                JobLine.create(3, order: 3),
            ], message: 1)
        harness.announce(last)
        let content = harness.next()
        let letters = content.deadLetters.flatMap(\.letters)
        #expect(letters.map(\.jobID) == [testID(10_002)] && letters.first?.reason.contains("not him") == true)
        #expect(harness.cache.text(of: testID(2)) != nil)
        content.deadLetters.first?.finish(.success(()))
        #expect(isAcknowledged(harness.next(), last))
        #expect(try harness.count("orders") == 2 && harness.stored(testID(2)) == nil)
        #expect(harness.cache.text(of: testID(2)) == nil && harness.cache.pendingCount == 0)
    }

    @Test("When a dead letter can't be stored the batch is tried again, and applied once")
    func lettersFail() throws {
        let harness = try EmbeddedWorkerHarness()
        try harness.start()
        let last = try harness.put(["nonsense", JobLine.create(1, order: 1)], message: 1)
        harness.announce(last)
        harness.next().deadLetters.first?.finish(.failure(.damaged("the queue is full")))
        #expect(harness.log.waitForLine("error delivery is failing"))
        let again = harness.next()
        #expect(try harness.count("orders") == 0)
        again.deadLetters.first?.finish(.success(()))
        #expect(isAcknowledged(harness.next(), last))
        #expect(try harness.count("orders") == 1)
        #expect(harness.log.lines.contains("notice delivery works again") && harness.health.failures.isEmpty)
    }

    @Test("Messages that come again after a crash between commit and acknowledgement change nothing")
    func redelivery() throws {
        let harness = try EmbeddedWorkerHarness()
        try harness.start()
        let messages = [
            [JobLine.create(1, order: 1), JobLine.create(2, order: 2)],
            [JobLine.update(3, order: 1, status: "paid"), JobLine.delete(4, order: 2)],
            [JobLine.update(5, order: 1, status: "shipped")],
        ]
        var last: Int64 = 0
        for (number, jobs) in messages.enumerated() { last = try harness.put(jobs, message: number + 1) }
        harness.announce(last)
        #expect(isAcknowledged(harness.next(), last))
        let version = harness.lists.version

        // The acknowledgement never gets into the file, and a new worker starts with what is there.
        try harness.start(jobsPerTransaction: 2)
        let after = try harness.put([JobLine.update(6, order: 1, status: "returned")], message: 4)
        harness.announce(last)
        #expect(harness.waitForAcknowledgement(last))
        #expect(try harness.stored(testID(1)) == JobLine.order(1, status: "shipped"))
        #expect(try harness.count("orders") == 1 && harness.count("order_items") == 1)
        #expect(harness.lists.version == version)
        harness.announce(after)
        #expect(harness.waitForAcknowledgement(after))
        #expect(try harness.stored(testID(1)) == JobLine.order(1, status: "returned"))
        #expect(try harness.stored(testID(2)) == nil)
    }

    @Test("Told to stop during the lag, a worker leaves its batch in the queue, unapplied")
    func stopsInLag() throws {
        let harness = try EmbeddedWorkerHarness()
        try harness.start(lagMilliseconds: 600_000)
        // The dead letter tells that the batch is in hand: only the lag comes between it and the transaction.
        let last = try harness.put(["nonsense", JobLine.create(1, order: 1)], message: 1)
        harness.announce(last)
        let content = harness.next()
        try #require(content.deadLetters.count == 1)
        content.deadLetters[0].finish(.success(()))
        harness.stop()
        #expect(try harness.count("orders") == 0)
        #expect(harness.next(waitMilliseconds: 0).isEmpty)
        #expect(try harness.file.makeReader().sequences() == [last])
    }

    @Test("The lag passes before a batch is applied")
    func lag() throws {
        let harness = try EmbeddedWorkerHarness()
        try harness.start(lagMilliseconds: 40)
        let last = try harness.put([JobLine.create(1, order: 1)], message: 1)
        let before = Deadline.now()
        harness.announce(last)
        #expect(isAcknowledged(harness.next(), last))
        #expect(Deadline.now() >= before.advanced(byMilliseconds: 40))
    }

    @Test(
        "A database that is locked is tried again until it works, with the batch in hand, and then told as well again")
    func busyDatabase() throws {
        let harness = try EmbeddedWorkerHarness()
        let other = try SQLiteConnection.open(path: harness.directory.file("orders.db"))
        try other.execute("BEGIN IMMEDIATE")
        try harness.start()
        let last = try harness.put([JobLine.create(1, order: 1)], message: 1)
        harness.announce(last)
        #expect(harness.log.waitForLine("error database is failing"))
        #expect(harness.health.failures.map(\.dependency) == [.database] && harness.next(waitMilliseconds: 0).isEmpty)
        try other.execute("COMMIT")
        #expect(isAcknowledged(harness.next(), last))
        #expect(harness.health.failures.isEmpty && harness.log.lines.last == "notice database works again")
        #expect(try harness.count("orders") == 1)
    }

    @Test("A stop ends the retries, too, and nothing is acknowledged")
    func stopsRetrying() throws {
        let harness = try EmbeddedWorkerHarness()
        let other = try SQLiteConnection.open(path: harness.directory.file("orders.db"))
        try other.execute("BEGIN IMMEDIATE")
        try harness.start()
        harness.announce(try harness.put([JobLine.create(1, order: 1)], message: 1))
        #expect(harness.log.waitForLine("error database is failing"))
        harness.stop()
        try other.execute("COMMIT")
        #expect(harness.next(waitMilliseconds: 0).isEmpty)
        #expect(try harness.count("orders") == 0)
    }

    @Test("A queue that was emptied meanwhile is passed over, and doesn't keep the worker busy")
    func emptied() throws {
        let harness = try EmbeddedWorkerHarness(partitions: 2)
        let gone = try harness.put([JobLine.create(1, order: 1)], message: 1)
        try harness.writer.acknowledge(0, through: gone)
        // A transaction, even an empty one, would now fail again and again.
        let other = try SQLiteConnection.open(path: harness.directory.file("orders.db"))
        try other.execute("BEGIN IMMEDIATE")
        try harness.start()
        harness.announce(gone)
        let last = try harness.put(["nonsense"], message: 2, partition: 1)
        harness.announce(last, partition: 1)
        let content = harness.next()
        #expect(content.deadLetters.count == 1)
        content.deadLetters.first?.finish(.success(()))
        try other.execute("COMMIT")
        #expect(isAcknowledged(harness.next(), last, partition: 1))
        let next = try harness.put([JobLine.create(2, order: 2)], message: 3)
        harness.announce(next)
        #expect(isAcknowledged(harness.next(), next))
        #expect(try harness.count("orders") == 1)
    }
}
