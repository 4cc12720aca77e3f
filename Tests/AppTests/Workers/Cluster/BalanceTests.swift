import Reactor
import Synchronization
import TestServers
import Testing

@testable import Queue

/// Instances side by side, with a real broker.
@Suite struct BalanceTests {
    @Test(
        "The instances are counted, whatever the kind of the queues", arguments: [QueueTopology.Kind.quorum, .classic])
    func instanceCount(kind: QueueTopology.Kind) throws {
        let harness = try ClusterHarness("counted-\(kind)", partitions: 3, kind: kind)
        for count in 1...3 {
            let instance = try harness.startInstance(workers: 2)
            #expect(try harness.waitForInstances(count), "\(count)")
            if count == 3 { instance.stop() }
        }
        #expect(try harness.waitForInstances(2))
    }

    /// How a consumer can go that has messages in hand.
    enum Departure: CaseIterable {
        case cancel
        case closedChannel
        case closedConnection
    }

    @Test(
        "Only with its channel a consumer goes without being overtaken by the next one", arguments: Departure.allCases)
    func departure(_ departure: Departure) throws {
        let harness = try ClusterHarness("departure-\(departure)")
        try harness.publish((0..<10).map { ["\($0)"] }, firstID: 0)
        let first = try AMQPConnection.open(harness.endpoint, name: "first", watchdog: harness.watchdog)
        let queue = harness.topology.queueName(0)
        let consumer = PartitionConsumer(slot: 0, partition: 0, queue: queue)
        try consumer.subscribe(on: first, prefetch: 4, exclusive: false)
        var bodies = ByteBuffer()
        for _ in 0..<4 { _ = try first.nextEvent(until: .now().advanced(byMilliseconds: 20_000), bodies: &bodies) }
        try harness.connected { second in
            let next = PartitionConsumer(slot: 0, partition: 0, queue: queue)
            try next.subscribe(on: second, prefetch: 10, exclusive: false)
            switch departure {
            case .cancel: try first.cancel(consumer.channel, tag: PartitionConsumer.tag)
            case .closedChannel: try first.closeChannel(consumer.channel)
            case .closedConnection: first.breaker.breakConnection()
            }
            var received = ByteBuffer()
            let until = Deadline.now().advanced(byMilliseconds: 20_000)
            let expected = departure == .cancel ? "456789" : "0123456789"
            while received.count < expected.utf8.count, try second.nextEvent(until: until, bodies: &received) != nil {}
            #expect(received.string == expected)
        }
        withExtendedLifetime(first) {}
    }

    @Test("Partitions go from one instance to another under load, again and again, and each order keeps its order")
    func handsOver() throws {
        let harness = try ClusterHarness("unacknowledged-over", partitions: 4)
        for partition in 0..<4 { try harness.store.insert(order: partition) }
        // The first one gets all partitions.
        try harness.startInstance(
            workers: 2, lagMilliseconds: 5, jobsPerTransaction: 10, prefetch: 40, balanceMilliseconds: 100)
        #expect(try harness.waitForInstances(1))
        for _ in 0..<2 {
            try harness.startInstance(
                workers: 3, lagMilliseconds: 5, jobsPerTransaction: 10, prefetch: 40, balanceMilliseconds: 100)
        }
        let count = 1_500
        try onThreads(4) { partition in
            for first in stride(from: 0, to: count, by: 50) {
                try harness.publish(
                    (first..<first + 50).map { [JobLine.update($0, order: partition, status: "\($0)")] },
                    partition: partition, firstID: 10_000 * (partition + 1) + first)
            }
        }
        for partition in 0..<4 {
            #expect(try eventually(within: 60) { try harness.history(partition).count >= count })
        }
        #expect(try harness.stopAndCheckEmpty())
        for partition in 0..<4 {
            #expect(try harness.history(partition) == (0..<count).map(String.init))
        }
        let moves = harness.log.lines.count { $0.hasPrefix("info partition left to another instance") }
        #expect(moves >= 2, "\(moves) moves")
    }
}

extension ClusterHarness {
    fileprivate func waitForInstances(_ count: Int) throws -> Bool {
        try connected { connection in
            let register = InstanceRegister(connection, channel: 1, topology: topology)
            return try eventually { try register.count() == count }
        }
    }
}
