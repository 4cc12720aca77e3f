import Glibc
import Synchronization
import TestServers
import Testing

/// Beside the other system tests: it takes its time, and does next to nothing.
@Suite("A long backlog") struct BacklogTests {
    /// How long nobody applies anything.
    private static let seconds = 120.0
    private static let orders = 60
    private static let settings = [
        "TEMP_ORDER_CACHE_TTL": "5", "ORDERS_CACHE_TTL": "5", "DB_WRITE_LAG_MS": "10", "API_WORKERS": "2",
    ]

    @Test("For two minutes without a worker each order is shown in its latest state, by every instance")
    func twoMinutes() async throws {
        let violations = try await Self.onOwnThread {
            let deployment = try Deployment(.clusterMariaDB)
            let servers = try (0..<2).map { _ in try deployment.start(Self.settings, command: "api") }
            return try Self.run(deployment, servers)
        }
        #expect(violations.isEmpty, "\(violations.count): \(violations.prefix(5))")
    }

    private static func run(_ deployment: Deployment, _ servers: [ServerProcess]) throws -> [String] {
        let tally = Tally()
        let clients = servers.map { $0.client() }
        var orders = try createOrders(clients, tally)
        var deleted: Set<String> = []
        let end = Timeout(seconds: seconds)
        var round = 0
        while !end.hasPassed {
            round += 1
            // Every order is read about once in two seconds, and written about once in a minute.
            for (number, id) in orders.enumerated() {
                tally.checkRead(id, try clients[(number + round) % 2].show(id))
                if (number + round) % orders.count == 0, !deleted.contains(id) {
                    // Every fifth order that it comes to is deleted, and stays so.
                    if round % 5 == 0 { deleted.insert(id) }
                    try write(id, round % 5 == 0 ? .gone : .status("s\(round)"), clients[round % 2], tally)
                }
                _ = eventually(within: 2.0 / Double(orders.count)) { false }
            }
            orders.shuffle()
        }
        if try deployment.stored().count() != 0 { tally.note("somebody has written to the database") }

        let worker = try deployment.startWorker(settings)
        if !(try deployment.hasDrained(within: 60)) { tally.note("the queue was not drained: \(worker.errors.text)") }
        tally.check(try deployment.stored().orders())
        for client in clients { for id in orders { tally.checkRead(id, try client.show(id)) } }
        for process in servers.map(\.process) + [worker] {
            process.send(SIGTERM)
            if process.waitForEnd(within: 20) != .exited(0) { tally.note("no clean end: \(process.errors.text)") }
        }
        return tally.violations
    }

    private static func createOrders(_ clients: [HTTPClient], _ tally: Tally) throws -> [String] {
        try (0..<orders).map { number in
            let customer = "backlog \(number)"
            tally.willCreate(customer)
            let answer = try clients[number % 2].create(TestOrder(customer: customer))
            guard let id = answer.json["order_id"]?.text else { throw ClientError.malformed(answer.text) }
            tally.created(customer, id: id)
            return id
        }
    }

    private static func write(
        _ id: String, _ new: Tally.OrderState, _ client: HTTPClient, _ tally: Tally
    ) throws {
        tally.willWrite(id, new)
        let answer =
            switch new {
            case .gone: try client.delete(id)
            case .status(let status): try client.update(id, status: status)
            }
        if answer.status == 202 { tally.wrote(id, new) } else { tally.note("\(id): \(answer.status) \(answer.text)") }
    }

    /// Not on one of the few threads that all tests share: what happens there is told by what `body` returns.
    private static func onOwnThread<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            ClientThread { continuation.resume(with: Result(catching: body)) }.detach()
        }
    }
}
