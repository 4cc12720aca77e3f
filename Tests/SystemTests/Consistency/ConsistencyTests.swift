import TestServers
import Testing

extension SystemTests {
    /// The writes to one order go one after the other, each over whichever connection comes along, while other
    /// connections read: the next write may reach another event loop than the last, and every read another one than the
    /// writes.
    @Suite("Reads while others write") struct ConsistencyTests {
        static let orders = 200
        static let versions = 6
        static let writers = 16
        static let readers = 6

        struct Case: Sendable, CustomTestStringConvertible {
            var profile: Profile
            /// With two, everybody asks the other one at every request.
            var instances = 1
            var settings: [String: String]

            var testDescription: String {
                let values = settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                return "\(profile.testDescription), \(instances) instances, \(values.joined(separator: " "))"
            }
        }

        private static let briefCache = [
            "DB_WRITE_LAG_MS": "50", "TEMP_ORDER_CACHE_TTL": "0", "ORDERS_CACHE_TTL": "0",
        ]
        private static let detailCache = [
            "DB_WRITE_LAG_MS": "0", "TEMP_ORDER_CACHE_TTL": "0", "ORDERS_CACHE_TTL": "30",
        ]

        static let embedded: [Case] = [
            ["DB_WRITE_LAG_MS": "50"], briefCache, detailCache,
            ["DB_WRITE_LAG_MS": "0", "TEMP_ORDER_CACHE_TTL": "0", "ORDERS_CACHE_TTL": "0"],
            ["DB_WRITE_LAG_MS": "50", "CACHE_MAX_BYTES": "2000"],
        ].map { Case(profile: .embedded, settings: $0) }

        static let clusters: [Case] = [
            Case(profile: .clusterMariaDB, settings: ["DB_WRITE_LAG_MS": "50"]),
            Case(profile: .clusterSQLite, settings: detailCache),
            Case(profile: .clusterSQLite, instances: 2, settings: ["DB_WRITE_LAG_MS": "50"]),
            Case(profile: .clusterMariaDB, instances: 2, settings: ["DB_WRITE_LAG_MS": "50"]),
            Case(profile: .clusterMariaDB, instances: 2, settings: briefCache),
            Case(profile: .clusterMariaDB, instances: 2, settings: detailCache),
        ]

        @Test(
            "Nobody is shown less than what was acknowledged, or seen by somebody, before he asked",
            arguments: embedded + clusters)
        func monotonicReads(on setup: Case) throws {
            let board = VersionBoard(orders: Self.orders)
            let deployment = try Deployment(setup.profile)
            let servers = try (0..<setup.instances).map { _ in try deployment.start(setup.settings) }
            try run(servers, board) { order, floor, answer in board.check(order, answer, asked: floor) }
            #expect(board.violations.isEmpty, "\(board.violations.prefix(5))")
            try expectFinalState(board, deployment, servers)
        }

        @Test(
            "Without a cache every write is still applied once, in the order of the acknowledgements",
            arguments: [(.embedded, 1), (.clusterSQLite, 1), (.clusterMariaDB, 2)] as [(Profile, Int)])
        func withoutCache(profile: Profile, instances: Int) throws {
            let board = VersionBoard(orders: Self.orders)
            let deployment = try Deployment(profile)
            let servers = try (0..<instances).map { _ in
                try deployment.start(["DB_WRITE_LAG_MS": "50", "CACHE_DISABLED": "true"])
            }
            try run(servers, board) { _, _, _ in }
            try expectFinalState(board, deployment, servers)
        }

        /// All orders are created, updated and, every second one, deleted; `check` gets every answer to a GET.
        private func run(
            _ servers: [ServerProcess], _ board: VersionBoard,
            _ check: @escaping @Sendable (Int, VersionBoard.Floor, HTTPAnswer) -> Void
        ) throws {
            let seed = SeededGenerator.chooseSeed()
            print("SPILLWAY_TEST_SEED=\(seed)")
            try onThreads(Self.writers) { number in
                let client = Self.client(of: servers, number)
                for order in stride(from: number, to: Self.orders, by: Self.writers) {
                    let answer = try client.create(Self.order(order))
                    guard answer.status == 202, let id = answer.json["order_id"]?.text else { throw Refused(answer) }
                    board.created(order, id: id)
                }
            }
            let pool = TokenPool(Self.orders)
            let (deadline, failed) = (Timeout(seconds: 90), StopFlag())
            try onThreads(Self.writers + Self.readers) { number in
                var random = SeededGenerator(seed: seed &+ UInt64(number))
                let (client, reader) = (Self.client(of: servers, number), Self.client(of: servers, number))
                do {
                    while !pool.isExhausted && !failed.isSet && !deadline.hasPassed {
                        var order = Int.random(in: 0..<Self.orders, using: &random)
                        // A writer for whom no order is free reads, like the others.
                        if number < Self.writers, let token = pool.take(&random) {
                            order = token
                            try Self.write(order, board, client, pool)
                        }
                        let floor = board.floor(order)
                        check(order, floor, try reader.show(board.id(order)))
                    }
                } catch {
                    failed.set()
                    throw error
                }
            }
            #expect(pool.isExhausted)
        }

        /// The next write to an order that this thread is alone with.
        private static func write(
            _ order: Int, _ board: VersionBoard, _ client: SwitchingClient, _ pool: TokenPool
        ) throws {
            let (id, version) = (board.id(order), board.floor(order).version + 1)
            if version <= versions {
                board.willUpdate(order, to: version)
                let answer = try client.update(id, status: "v\(version)")
                guard answer.status == 202 else { throw Refused(answer) }
                board.updated(order, to: version)
                pool.giveBack(order)
            } else {
                if isDeleted(order) {
                    board.willDelete(order)
                    let answer = try client.delete(id)
                    guard answer.status == 202 else { throw Refused(answer) }
                    board.deleted(order)
                }
                pool.retire(order)
            }
        }

        private static func client(of servers: [ServerProcess], _ number: Int) -> SwitchingClient {
            SwitchingClient(servers.map { $0.client() }, startingAt: number)
        }

        private func expectFinalState(
            _ board: VersionBoard, _ deployment: Deployment, _ servers: [ServerProcess]
        ) throws {
            #expect(try deployment.hasDrained())
            var expected: [String: TestOrder] = [:]
            for order in 0..<Self.orders where !Self.isDeleted(order) {
                expected[board.id(order)] = Self.order(order)
                expected[board.id(order)]?.status = "v\(Self.versions)"
            }
            #expect(try deployment.stored().orders() == expected)
            for server in servers {
                let client = server.client()
                #expect(try eventually { try client.total() == expected.count })
                for order in 0..<Self.orders {
                    let (id, answer) = (board.id(order), try client.show(board.id(order)))
                    #expect(Self.isDeleted(order) ? answer.status == 404 : answer.json == expected[id]?.json(id: id))
                }
            }
            for server in servers { #expect(server.stop() == .exited(0)) }
        }

        private static func isDeleted(_ order: Int) -> Bool { order % 2 == 1 }

        private static func order(_ order: Int) -> TestOrder {
            var result = TestOrder(customer: "order \(order)")
            result.status = "v0"
            return result
        }

        private struct Refused: Error {
            let text: String
            init(_ answer: HTTPAnswer) { text = "\(answer.status) \(answer.text)" }
        }
    }
}
