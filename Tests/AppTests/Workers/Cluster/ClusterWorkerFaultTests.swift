import Cache
import Health
import Queue
import Reactor
import Store
import TestServers
import Testing

/// Faults of the broker and of connections to it. One broker for all of them, which no other test uses.
@Suite(.serialized) struct ClusterWorkerFaultTests {
    private static let server = Result { try RabbitServer() }

    private func harness(_ name: String, partitions: Int = 1) throws -> ClusterHarness {
        try ClusterHarness(on: Self.server.get(), name, partitions: partitions)
    }

    /// Ends all connections, ours and the test's.
    private func cutConnections() throws {
        #expect(try Self.server.get().control("close_all_connections", "test") != nil)
    }

    private func statuses(_ count: Int) -> [String] { (0..<count).map(String.init) }

    /// Updates of one order, each in a message of its own.
    private func publishUpdates(_ range: Range<Int>, _ harness: ClusterHarness) throws {
        try harness.publish(
            range.map { [JobLine.update($0, order: 1, status: "\($0)")] }, firstID: 100 + range.lowerBound)
    }

    @Test("A connection lost during the lag: all is delivered again and applied once, in order")
    func lostInLag() throws {
        let harness = try harness("lost-in-lag")
        try harness.store.insert(order: 1)
        try harness.startInstance(lagMilliseconds: 4_000)
        try publishUpdates(0..<50, harness)
        #expect(try eventually { try harness.ready() == 0 })
        try cutConnections()
        #expect(harness.log.waitForLine("error delivery is failing"))
        #expect(try eventually { try harness.history(1) == statuses(50) })
        // Whoever ends all connections may catch the next one, too.
        #expect(eventually { harness.health.failures.isEmpty })
        #expect(try harness.stopAndCheckEmpty())
    }

    @Test("A connection lost between the commit and the acknowledgement: what comes again changes nothing and is shown")
    func lostAfterCommit() throws {
        let harness = try harness("lost-after-commit")
        try harness.store.insert(order: 1)
        try publishUpdates(0..<50, harness)
        harness.repair.interruptNext { [self] in try? cutConnections() }
        try harness.startInstance(lagMilliseconds: 300, jobsPerTransaction: 20)
        #expect(try eventually { try harness.history(1).count == 50 })
        #expect(try harness.stopAndCheckEmpty())
        #expect(try harness.history(1) == statuses(50))
        // The first batch was repaired twice.
        let repaired = harness.repair.settled.map(\.version)
        #expect(repaired.count == 70 && repaired[20..<40].allSatisfy { $0 == JobLine.version(19) })
        // The list's version goes up once more: the worker could have died before it was told.
        #expect(harness.repair.calls.map(\.listChanged) == [true, true, true, true])
    }

    @Test("A broker that is killed and started again: everything is applied once, in order, without a restart of ours")
    func killed() throws {
        let server = try Self.server.get()
        let harness = try harness("killed", partitions: 2)
        try harness.store.insert(order: 1)
        try harness.startInstance(workers: 2, lagMilliseconds: 100, jobsPerTransaction: 5)
        try publishUpdates(0..<100, harness)
        #expect(try eventually { try harness.history(1).count >= 10 })
        #expect(eventually { (0..<2).allSatisfy { server.hasSaved(quorumQueue: harness.topology.queueName($0)) } })
        server.kill()
        #expect(harness.log.waitForLine("error delivery is failing"))
        try server.start()
        try publishUpdates(100..<120, harness)
        #expect(try eventually(within: 60) { try harness.history(1).count >= 120 })
        #expect(try harness.stopAndCheckEmpty())
        #expect(try harness.history(1) == statuses(120))
        #expect(harness.log.waitForLine("notice delivery works again"))
    }

    @Test("A broker that stands still is noticed by its missing heartbeats; later everything is applied once, in order")
    func frozen() throws {
        let server = try Self.server.get()
        let harness = try harness("frozen")
        try harness.store.insert(order: 1)
        try publishUpdates(0..<40, harness)
        try harness.startInstance(lagMilliseconds: 50, jobsPerTransaction: 5, heartbeatSeconds: 1)
        #expect(try eventually { try harness.history(1).count >= 5 })
        #expect(server.freeze())
        #expect(harness.log.waitForLine("error delivery is failing"))
        server.thaw()
        // All may be applied, and their acknowledgements lost: they are acknowledged again before one behind them is
        // applied.
        try publishUpdates(40..<41, harness)
        #expect(try eventually(within: 60) { try harness.history(1).count >= 41 })
        #expect(try harness.stopAndCheckEmpty())
        #expect(try harness.history(1) == statuses(41))
    }

    @Test("Of two instances one is active; when it loses its connection the other one goes on in order")
    func takeover() throws {
        let harness = try harness("takeover")
        try harness.store.insert(order: 1)
        try harness.startInstance(lagMilliseconds: 20, jobsPerTransaction: 7)
        try harness.startInstance(lagMilliseconds: 20, jobsPerTransaction: 7)
        for round in 0..<3 {
            try publishUpdates(round * 100..<(round + 1) * 100, harness)
            #expect(try eventually { try harness.history(1).count >= round * 100 + 30 })
            try cutConnections()
        }
        #expect(try eventually { try harness.history(1).count >= 300 })
        #expect(try harness.stopAndCheckEmpty())
        #expect(try harness.history(1) == statuses(300))
    }

    @Test("A queue that is deleted ends its consumer, and is made and consumed again")
    func deletedQueue() throws {
        let harness = try harness("deleted")
        try harness.startInstance()
        try harness.publish([[JobLine.create(1, order: 1)]], firstID: 1)
        #expect(try eventually { try harness.orders() == 1 })
        try harness.connected { connection in
            try connection.openChannel(1)
            try connection.deleteQueue(1, harness.topology.queueName(0))
        }
        #expect(harness.log.waitForLine("error delivery is failing"))
        #expect(harness.log.waitForLine("notice delivery works again"))
        try harness.publish([[JobLine.create(2, order: 2)]], firstID: 2)
        #expect(try eventually { try harness.orders() == 2 })
        #expect(try harness.stopAndCheckEmpty())
    }
}
