import TestServers
import Testing

@testable import Health
@testable import Metrics
@testable import Queue
@testable import Reactor

/// With the broker that all tests share: each has queues of its own.
@Suite struct PublisherTests {
    private let watchdog = Watchdog()
    private let server: RabbitServer

    init() throws { server = try RabbitServer.shared.get() }

    private func topology(
        _ name: String, partitions: Int = 4, kind: QueueTopology.Kind = .quorum
    ) -> QueueTopology {
        QueueTopology(name: "publisher-\(name)", partitions: partitions, kind: kind)
    }

    @Test("Jobs of a partition share one message, a line each, and are accepted when the broker has them")
    func accepted() throws {
        let topology = topology("accepted")
        let harness = try PublisherHarness(server.endpoint, topology)
        #expect(harness.waitUntilOpen())
        #expect(harness.outcome([("a\n", 0), ("b\n", 2), ("c\n", 0)]) == [.accepted, .accepted, .accepted])
        harness.stop()
        let client = try server.client(watchdog)
        let first = try client.drain(topology.queueName(0))
        #expect(first.map(\.body) == ["a\nc\n"] && first.map(\.form) == [.jsonLines] && first[0].id != nil)
        let second = try client.drain(topology.queueName(2))
        #expect(second.map(\.body) == ["b"] && second.map(\.form) == [.json])
        #expect(harness.health.failures.isEmpty)
    }

    @Test(
        "With one job a message, and one partition, the messages are those of the replaced service",
        arguments: [
            QueueTopology.Kind.classic, .quorum,
        ])
    func oldForm(kind: QueueTopology.Kind) throws {
        let topology = topology("old-\(kind)", partitions: 1, kind: kind)
        let harness = try PublisherHarness(server.endpoint, topology, jobsPerMessage: 1)
        #expect(harness.waitUntilOpen())
        let jobs = (0..<2_000).map { ("{\"n\":\($0)}\n", 0) }
        #expect(harness.outcome(jobs) == jobs.map { _ in .accepted })
        harness.stop()
        let messages = try server.client(watchdog).drain(topology.name)
        #expect(messages.map(\.body) == jobs.map { String($0.0.dropLast()) })
        #expect(messages.allSatisfy { $0.form == .json && $0.id != nil })
    }

    @Test("In each queue jobs stand in the order in which they were submitted, and each batch comes back once")
    func order() throws {
        let topology = topology("order")
        let harness = try PublisherHarness(server.endpoint, topology, jobsPerMessage: 16)
        #expect(harness.waitUntilOpen())
        let rounds = 400
        for round in 0..<rounds {
            harness.submit((0..<20).map { ("\(round).\($0)\n", ($0 * 7 + round) % 4) }, loop: round % 2)
        }
        var returned = 0
        while returned < rounds * 20 {
            for loop in harness.loops {
                let messages = loop.taken()
                #expect(outcomes(messages).allSatisfy { $0 == .accepted })
                returned += outcomes(messages).count
            }
        }
        harness.stop()
        #expect(returned == rounds * 20)
        let client = try server.client(watchdog)
        for partition in 0..<4 {
            let expected = (0..<rounds).flatMap { round in
                (0..<20).filter { ($0 * 7 + round) % 4 == partition }.map { "\(round).\($0)" }
            }
            let lines = try client.drain(topology.queueName(partition)).flatMap { $0.body.split(separator: "\n") }
            #expect(lines.map(String.init) == expected)
        }
    }

    @Test("A message larger than a frame arrives whole")
    func large() throws {
        let topology = topology("large", partitions: 1)
        let harness = try PublisherHarness(server.endpoint, topology)
        #expect(harness.waitUntilOpen())
        let jobs = [100_000, 150_000, 600_000].map { (String(repeating: "x", count: $0) + "\n", 0) }
        #expect(harness.outcome(jobs) == [.accepted, .accepted, .accepted])
        harness.stop()
        let messages = try server.client(watchdog).drain(topology.name)
        #expect(messages.map(\.body.utf8.count) == [250_002, 600_000])
    }

    @Test("When a queue is deleted under it, its jobs are refused, and the queue is made anew")
    func returned() throws {
        let topology = topology("returned")
        let harness = try PublisherHarness(server.endpoint, topology)
        #expect(harness.waitUntilOpen())
        let client = try server.client(watchdog)
        try client.deleteQueue(1, topology.queueName(1))
        #expect(harness.outcome([("a\n", 0), ("b\n", 1)]) == [.accepted, .refused])
        #expect(harness.log.waitForLine("error queue is failing reason=the broker refused: 312 NO_ROUTE"))
        #expect(harness.log.waitForLine("notice queue works again") && harness.waitUntilOpen())
        #expect(harness.outcome([("c\n", 1)]) == [.accepted])
        harness.stop()
        #expect(try client.drain(topology.queueName(1)).map(\.body) == ["c"])
        let figures = harness.figures
        #expect(figures.publishedJobs == 3 && figures.messageJobs.count == 3)
        #expect(figures.jobs(.confirmed) == 2 && figures.jobs(.returned) == 1 && figures.confirms.count == 2)
        #expect(figures.unconfirmedMessages == 0)
    }

    @Test("A queue that is there with other arguments is told as the reason, until it is gone")
    func otherArguments() throws {
        let topology = topology("other", partitions: 1)
        let client = try server.client(watchdog)
        try client.declareQueue(1, topology.name)
        let harness = try PublisherHarness(server.endpoint, topology)
        #expect(harness.log.waitForLine("error queue is failing reason=the broker refused: 406 PRECONDITION_FAILED"))
        #expect(eventually { "\(harness.state.reading)".contains("PRECONDITION_FAILED - inequivalent arg") })
        // At once.
        #expect(!harness.state.isOpen && harness.outcome([("a\n", 0)]) == [.refused])
        try client.deleteQueue(1, topology.name)
        #expect(harness.waitUntilOpen())
        #expect(harness.outcome([("b\n", 0)]) == [.accepted])
    }

    @Test("What was submitted before the inbox was closed is decided before the publisher ends")
    func close() throws {
        let topology = topology("close")
        let harness = try PublisherHarness(server.endpoint, topology)
        #expect(harness.waitUntilOpen())
        for number in 0..<50 { harness.submit([("\(number)\n", number % 4)]) }
        harness.stop()
        #expect(outcomes(harness.loops[0].taken()) == [QueueOutcome](repeating: .accepted, count: 50))
    }

    @Test("A broker that isn't there is told as the reason, and orders are refused at once")
    func unreachable() throws {
        var endpoint = server.endpoint
        endpoint.port = Int(FreePort.next())
        let harness = try PublisherHarness(endpoint, topology("unreachable"))
        let reason = "connect to 127.0.0.1:\(endpoint.port): Connection refused"
        #expect(eventually { harness.state.reading == .closed(reason: reason) })
        #expect(harness.outcome([("a\n", 0)]) == [.refused])
        #expect(harness.log.waitForLine("error queue is failing reason=\(reason)"))
    }
}
