import TestServers
import Testing

/// A load on the instances of a service during which something fails; afterwards all that was promised is looked up.
struct FaultRun {
    private static let clients = 12
    /// Acknowledged writes before the fault, and after it has healed.
    private static let writesBefore = 500
    private static let writesAfter = 500
    private static let secondsBefore = 1.5

    let instances: Instances
    private let deployment: Deployment
    private let tolerance: FaultClient.Tolerance
    private let tally = Tally()
    private let log = AnswerLog()

    init(_ deployment: Deployment, _ servers: [ServerProcess], _ tolerance: FaultClient.Tolerance) {
        self.deployment = deployment
        self.tolerance = tolerance
        instances = Instances(servers)
    }

    /// Runs `fault` in the middle of the load. It has to be over when it returns; the service has to heal by itself.
    func load(during fault: () throws -> Void) throws {
        let seed = SeededGenerator.chooseSeed()
        print("SPILLWAY_TEST_SEED=\(seed)")
        let stop = StopFlag()
        let threads = ThreadGroup(Self.clients) { number in
            let client = RecordingClient(instances, log: log, startingAt: number)
            var load = FaultClient(name: "c\(number)", client, tally, tolerance, seed: seed &+ UInt64(number))
            load.run(until: stop)
        }
        defer {
            stop.set()
            // The clients throw nothing: what goes wrong is in the tally.
            try? threads.join()
            print(log.summary)
        }
        let warmUp = Timeout(seconds: Self.secondsBefore)
        #expect(eventually { warmUp.hasPassed && log.accepted >= Self.writesBefore })
        try fault()
        #expect(eventually(within: 30) { instances.areReady }, "\(instances.all.map(\.log))")
        let accepted = log.accepted
        #expect(eventually { log.accepted >= accepted + Self.writesAfter })
    }

    /// Looks everything up when the queue has drained, past the service and through it, and stops it.
    func audit() throws {
        #expect(log.tooSlow.isEmpty, "\(log.tooSlow.count): \(log.tooSlow.prefix(5))")
        #expect(tally.violations.isEmpty, "\(tally.violations.count): \(tally.violations.prefix(5))")
        #expect(try deployment.hasDrained(within: 60), "\(instances.all.map(\.log))")
        let stored = try deployment.stored().orders()
        tally.check(stored)
        #expect(tally.violations.isEmpty, "\(tally.violations.count): \(tally.violations.prefix(5))")
        for server in instances.all { try expectShown(stored, by: server) }
        try expectWritable(stored.count)
        for server in instances.all { #expect(server.stop() == .exited(0)) }
        #expect(try deployment.hasDrained(within: 0), "left in the queue by those who stopped")
    }

    /// What the API shows is what the database holds, in single orders and in the list.
    private func expectShown(_ stored: [String: TestOrder], by server: ServerProcess) throws {
        let ids = Array(Set(tally.ids).union(stored.keys))
        let threads = 4
        try onThreads(threads) { number in
            let client = server.client()
            for index in stride(from: number, to: ids.count, by: threads) {
                let (id, answer) = (ids[index], try client.show(ids[index]))
                let isRight = stored[id].map { answer.json == $0.json(id: id) } ?? (answer.status == 404)
                if !isRight {
                    tally.note("\(id) is \(stored[id].map { "\($0)" } ?? "gone"), shown as \(answer.text)")
                }
            }
        }
        #expect(tally.violations.isEmpty, "\(tally.violations.count): \(tally.violations.prefix(5))")
        let client = server.client()
        #expect(try eventually { try client.total() == stored.count })
    }

    /// Each instance takes an order, and all of them show it and, in time, list it.
    private func expectWritable(_ count: Int) throws {
        let servers = instances.all
        for server in servers {
            let order = TestOrder(customer: "after the fault")
            let answer = try server.client().create(order)
            let id = try #require(answer.json["order_id"]?.text, "\(answer.status) \(answer.text)")
            for other in servers { #expect(try other.client().show(id).json == order.json(id: id)) }
        }
        for server in servers {
            let client = server.client()
            #expect(try eventually { try client.total() == count + servers.count })
        }
    }
}
