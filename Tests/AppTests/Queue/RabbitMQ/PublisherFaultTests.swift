import Glibc
import TestServers
import Testing

@testable import Health
@testable import Metrics
@testable import Queue
@testable import Reactor

/// With a broker of their own, which they stop, kill, freeze and starve.
@Suite(.serialized) struct PublisherFaultTests {
    private static let server = Result { try RabbitServer() }
    private let server: RabbitServer

    init() throws { server = try Self.server.get() }

    private func harness(_ name: String) throws -> PublisherHarness {
        try PublisherHarness(server.endpoint, QueueTopology(name: name, partitions: 4, kind: .quorum))
    }

    @Test("A broker that freezes: what was written is unknown within 4 s, then orders are refused at once; it heals")
    func frozen() throws {
        let harness = try harness("frozen")
        #expect(harness.waitUntilOpen())
        #expect(server.freeze())
        let start = Timeout.now()
        #expect(harness.outcome([("a\n", 0), ("b\n", 1)]) == [.unknown, .unknown])
        let took = Timeout.now() - start
        #expect(took > 2 && took < 4)
        #expect(eventually { !harness.state.isOpen })
        let refused = Timeout.now()
        #expect(harness.outcome([("c\n", 0)]) == [.refused])
        #expect(Timeout.now() - refused < 0.5)
        server.thaw()
        #expect(harness.waitUntilOpen())
        #expect(harness.outcome([("d\n", 0)]) == [.accepted])
        let figures = harness.figures
        #expect(figures.publishedJobs == 3 && figures.jobs(.unknown) == 2 && figures.jobs(.confirmed) == 1)
        #expect(figures.state == .open && figures.seconds(in: .closed) > 0 && figures.seconds(in: .open) > 2)
    }

    @Test("A broker that freezes while jobs pour in: all are decided within 4 s, none is called accepted")
    func frozenUnderLoad() throws {
        let harness = try harness("flood")
        #expect(harness.waitUntilOpen())
        #expect(server.freeze())
        let line = String(repeating: "x", count: 100_000) + "\n"
        let start = Timeout.now()
        // More than the sockets and the window hold.
        for number in 0..<300 { harness.submit([(line, number % 4)]) }
        var decided: [QueueOutcome] = []
        #expect(
            eventually(within: 10) {
                decided += outcomes(harness.loops[0].taken())
                return decided.count == 300
            })
        #expect(Timeout.now() - start < 4)
        #expect(decided.contains(.refused) && !decided.contains(.accepted))
        // What the window lets out before anything is confirmed: 4 MiB.
        #expect((1...42).contains(decided.count { $0 == .unknown }))
        server.thaw()
        #expect(harness.waitUntilOpen())
    }

    @Test(
        "At the limit of unconfirmed messages or jobs, what comes gathers, and leaves as one when they are confirmed",
        arguments: [[64], [100], [1, 1, 1, 1], [63, 1], [1, 20, 43]])
    func gathers(sizes: [Int]) throws {
        let name = "gathers" + sizes.map { "-\($0)" }.joined()
        let harness = try PublisherHarness(
            server.endpoint, QueueTopology(name: name, partitions: 4, kind: .quorum)
        ) {
            ($0.waitMilliseconds, $0.confirmMilliseconds) = (60_000, 60_000)
            ($0.windowMessages, $0.windowJobs) = (4, 64)
        }
        #expect(harness.waitUntilOpen())
        #expect(server.freeze())
        var published = 0
        // Each of them is sent though none before it is confirmed.
        for size in sizes {
            harness.submit((0..<size).map { ("first \($0)\n", 0) })
            published += size
            #expect(eventually { harness.figures.publishedJobs == UInt64(published) })
        }
        for number in 0..<100 { harness.submit([("\(number)\n", 0)], loop: number % 2) }
        server.thaw()
        var decided: [QueueOutcome] = []
        #expect(
            eventually {
                for loop in harness.loops { decided += outcomes(loop.taken()) }
                return decided.count == published + 100
            })
        #expect(decided.allSatisfy { $0 == .accepted })
        harness.stop()
        let messages = try server.client(Watchdog()).drain(harness.topology.queueName(0))
        #expect(messages.map { $0.body.split(separator: "\n").count } == sizes + [100])
        #expect(messages.last?.body == (0..<100).map { "\($0)\n" }.joined())
    }

    @Test(
        "A broker that is killed with messages under way: no job is called accepted that is not there when it is back")
    func killed() throws {
        let harness = try harness("killed")
        #expect(harness.waitUntilOpen())
        for partition in 0..<4 {
            #expect(eventually { server.hasSaved(quorumQueue: harness.topology.queueName(partition)) })
        }
        var expected: [QueueOutcome] = []
        for number in 0..<2_000 {
            if number == 1_000 { server.kill() }
            harness.submit([("\(number)\n", number % 4)])
        }
        #expect(
            eventually(within: 10) {
                expected += outcomes(harness.loops[0].taken())
                return expected.count == 2_000
            })
        #expect(!harness.state.isOpen && expected.contains(.refused))
        try server.start()
        #expect(harness.waitUntilOpen())
        #expect(harness.outcome([("last\n", 3)]) == [.accepted])
        harness.stop()
        let client = try server.client(Watchdog())
        let accepted = expected.count { $0 == .accepted } + 1
        var found = 0
        // A quorum queue whose leader is slow to answer says that it holds nothing, so it may take several attempts.
        let areAllThere = try eventually {
            for partition in 0..<4 {
                found += try client.drain(harness.topology.queueName(partition)).reduce(0) {
                    $0 + $1.body.split(separator: "\n").count
                }
            }
            return found >= accepted
        }
        #expect(areAllThere && found <= accepted + expected.count { $0 == .unknown }, "\(found) of \(accepted)")
    }

    @Test("A broker that is stopped and started: the connection's end is the reason meanwhile, then it goes on")
    func restarted() throws {
        let harness = try harness("restarted")
        #expect(harness.waitUntilOpen())
        #expect(server.stop())
        #expect(eventually { !harness.state.isOpen })
        #expect(harness.outcome([("a\n", 0)]) == [.refused])
        try server.start()
        #expect(harness.waitUntilOpen())
        #expect(harness.outcome([("b\n", 0)]) == [.accepted])
    }

    @Test("A broker out of memory: orders are refused with its reason, and taken again when it has some")
    func blocked() throws {
        let harness = try harness("blocked")
        #expect(harness.waitUntilOpen())
        #expect(try server.control("set_vm_memory_high_watermark", "0") != nil)
        // The broker says so when the next publish comes, which may still get through.
        let first = harness.outcome([("a\n", 0)])
        #expect(first == [.accepted] || first == [.unknown])
        #expect(eventually { "\(harness.state.reading)".contains("the broker takes no messages: low on memory") })
        #expect(harness.outcome([("b\n", 0)]) == [.refused])
        #expect(harness.health.failures.map(\.dependency) == [.queue])
        #expect(try server.control("set_vm_memory_high_watermark", "0.6") != nil)
        #expect(harness.waitUntilOpen())
        #expect(harness.outcome([("c\n", 0)]) == [.accepted])
        let figures = harness.figures
        #expect(figures.state == .open && figures.seconds(in: .blocked) > 0)
    }
}
