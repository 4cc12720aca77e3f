import TestServers
import Testing

extension SystemTests {
    @Suite("A clock that jumps") struct ClockTests {
        @Test("Set back two days over a restart, and forward and back while it runs, it changes no order")
        func jumps() throws {
            let deployment = try Deployment(.embedded)
            let clock = FakeClock(in: deployment.directory)
            var trail = Trail()
            let first = try deployment.start(clock.environment)
            for _ in 0..<5 { try trail.write(first.client()) }
            #expect(try deployment.hasDrained())
            #expect(first.stop() == .exited(0))
            // These wait in the queue.
            let second = try deployment.start(clock.environment)
            let lock = try Self.lockOrders(deployment)
            for _ in 0..<5 { try trail.write(second.client()) }
            second.crash()
            try lock.execute("ROLLBACK")

            clock.set(days: -2)
            let third = try deployment.start(clock.environment)
            for days in [-2, 1, -1, -2, 0] {
                clock.set(days: days)
                for _ in 0..<5 { try trail.write(third.client()) }
                #expect(try deployment.hasDrained())
            }
            #expect(try deployment.stored().orders().mapValues(\.status) == trail.expected)
            #expect(
                try deployment.stored().idsNewestFirst() == trail.ids.filter { trail.expected[$0] != nil }.reversed())
            #expect(trail.ids == trail.ids.sorted())
            #expect(
                trail.versions.values.allSatisfy { zip($0, $0.dropFirst()).allSatisfy { $0 < $1 } }, "\(trail.versions)"
            )
            #expect(try third.client().total() == trail.expected.count)
            #expect(third.stop() == .exited(0))
        }

        @Test("Set back two days, new orders go to all partitions evenly", arguments: [true, false])
        func partitions(overRestart: Bool) throws {
            let deployment = try Deployment(.embedded)
            let clock = FakeClock(in: deployment.directory)
            var server = try deployment.start(clock.environment)
            #expect(try server.client().create(TestOrder(customer: "newest")).status == 202)
            #expect(try deployment.hasDrained())
            clock.set(days: -2)
            if overRestart {
                #expect(server.stop() == .exited(0))
                server = try deployment.start(clock.environment)
            }
            let lock = try Self.lockOrders(deployment)
            let client = server.client()
            let queue = try QueueFile(deployment.directory.file("queue.db"))
            var jobs: [Int64] = []
            // New orders go to one partition after the other, each for some time.
            let isEven = try eventually(within: 20) {
                for number in 0..<50 { try client.accept([WriteRequest.create(TestOrder(customer: "\(number)"))]) }
                jobs = try queue.file.rows("SELECT sum(jobs) FROM messages GROUP BY position & 255").map { row in
                    guard case .integer(let count) = row[0] else { return 0 }
                    return count
                }
                let sum = jobs.reduce(0, +)
                return sum >= 400 && jobs.count >= 4 && jobs.allSatisfy { $0 * 2 * Int64(jobs.count) >= sum }
            }
            #expect(isEven, "\(jobs)")
            server.crash()
            try lock.execute("ROLLBACK")
        }

        /// Whoever has it keeps the workers from applying anything. The simulated lag doesn't pass as it should under
        /// libfaketime.
        private static func lockOrders(_ deployment: Deployment) throws -> SQLiteFile {
            let file = try SQLiteFile(deployment.directory.file("orders.db"))
            try file.execute("BEGIN IMMEDIATE")
            return file
        }
    }
}

/// Orders of one client: each is created, then updated and perhaps deleted, and the version is read after each write.
private struct Trail {
    private(set) var ids: [String] = []
    /// Of each order, in the order in which they were read.
    private(set) var versions: [String: [UInt64]] = [:]
    /// The statuses that must be left.
    private(set) var expected: [String: String] = [:]
    private var count = 0

    mutating func write(_ client: HTTPClient) throws {
        count += 1
        let id = try client.accept([WriteRequest.create(TestOrder(customer: "order \(count)"))])[0]
        if let last = ids.last, count % 3 == 0 { try update(last, client) }
        ids.append(id)
        expected[id] = "received"
        try read(id, client)
        try update(id, client)
        if count % 4 == 0 {
            try client.accept([WriteRequest.delete(id)])
            expected[id] = nil
        }
    }

    private mutating func update(_ id: String, _ client: HTTPClient) throws {
        guard expected[id] != nil else { return }
        try client.accept([WriteRequest.update(id, status: "write \(count)")])
        expected[id] = "write \(count)"
        try read(id, client)
    }

    private mutating func read(_ id: String, _ client: HTTPClient) throws {
        let answer = try client.show(id)
        #expect(answer.json["status"] == .string(expected[id] ?? "deleted"))
        versions[id, default: []].append(answer["etag"].flatMap { UInt64($0.filter(\.isNumber)) } ?? 0)
    }
}
