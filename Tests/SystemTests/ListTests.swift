import Synchronization
import TestServers
import Testing

extension SystemTests {
    @Suite("The list, page by page") struct ListTests {
        /// Goes through all pages; ids in their order. Each page but the last one is full.
        private func walk(_ client: HTTPClient, limit: Int, status: String?) throws -> [String] {
            var ids: [String] = []
            let path = "/orders?limit=\(limit)" + (status.map { "&status=\($0)" } ?? "")
            var next: String?
            repeat {
                let page = try client.get(path + (next.map { "&after=\($0)" } ?? "")).json
                let orders = try #require(page["orders"]?.array)
                if let status { #expect(orders.allSatisfy { $0["status"] == .string(status) }) }
                ids += orders.compactMap { $0["order_id"]?.text }
                next = page["next"]?.text
                #expect(next == nil ? page["next"] == .null && orders.count <= limit : orders.count == limit)
            } while next != nil
            return ids
        }

        @Test(
            "While orders come, change and go, paging gives every order that stays exactly once, and no order twice",
            arguments: Profile.allCases)
        func pagingUnderWrites(profile: Profile) throws {
            let deployment = try Deployment(profile)
            let server = try deployment.start()
            let client = server.client()
            var held: Set<String> = []
            var all: Set<String> = []
            for number in 0..<40 {
                let status = number % 4 == 0 ? "hold" : "received"
                let order = TestOrder(customer: "c", status: status, items: [.init(name: "i", quantity: 1)])
                let id = try #require(try client.create(order).json["order_id"]?.text)
                all.insert(id)
                if number % 4 == 0 { held.insert(id) }
            }
            #expect(try eventually { try client.total() == all.count })
            let writes = Writes()
            let writer = ThreadGroup(1) { _ in try writes.run(server.client()) }
            for round in 0..<6 {
                // Each walk sees other versions than the one before.
                let before = writes.count.load(ordering: .relaxed)
                #expect(eventually { writes.count.load(ordering: .relaxed) > before + 5 })
                let limit = [1, 7, 10, 1000][round % 4]
                for (status, expected) in [(String?.none, all), ("hold", held)] {
                    let ids = try walk(client, limit: limit, status: status)
                    #expect(Set(ids).count == ids.count && expected.isSubset(of: ids), "limit \(limit)")
                }
            }
            writes.isOver.store(true, ordering: .relaxed)
            try writer.join()
            #expect(try deployment.hasDrained())
            let stored = try deployment.stored().idsNewestFirst()
            #expect(try eventually { try walk(client, limit: 7, status: nil) == stored })
            #expect(try client.total() == stored.count)
            #expect(server.stop() == .exited(0))
        }

        @Test("Fifty clients that miss one page at once make one query")
        func oneQuery() throws {
            let maria = try MariaServer(options: ["--general-log=1", "--log-output=TABLE"])
            let servers = try ClusterServers(
                redis: { try ClusterServers.makeRedis() }, rabbit: { try RabbitServer.shared.get() }, maria: { maria })
            let deployment = try Deployment(.clusterMariaDB, on: servers)
            let server = try deployment.start()
            let database = try #require(deployment.space?.databaseName)
            for (query, limit) in [("limit=7", 7), ("limit=11&after=987654321&status=lost", 11)] {
                // Nobody gets an answer before all have asked.
                let lock = ThreadGroup(1) { _ in
                    try maria.sql("LOCK TABLES \(database).orders WRITE; SELECT sleep(1.2)")
                }
                let sleepers = "SELECT count(*) FROM information_schema.processlist WHERE state = 'User sleep'"
                #expect(try eventually { try maria.sql(sleepers) == "1\n" })
                try onThreads(50) { _ in
                    let answer = try server.client().get("/orders?\(query)")
                    #expect(answer.status == 200 && answer.json["next"] == .null)
                }
                try lock.join()
                let queries = "SELECT count(*) FROM mysql.general_log WHERE argument LIKE"
                #expect(try maria.sql("\(queries) 'SELECT o.seq%LIMIT \(limit + 1))%'") == "1\n", "\(query)")
            }
            #expect(server.stop() == .exited(0))
        }

        @Test(
            "A query that makes no sense is refused with a sentence about it",
            arguments: [Profile.embedded, .clusterSQLite])
        func refused(profile: Profile) throws {
            let deployment = try Deployment(profile)
            let server = try deployment.start()
            let client = server.client()
            for (query, name) in [
                ("after=", "after"), ("after=x", "after"), ("after=-1", "after"),
                ("after=99999999999999999999", "after"),
                ("after=1&after=2", "after"), ("status=", "status"), ("status=%ff", "status"),
                ("status=123456789012345678901", "status"), ("status=a&status=a", "status"),
                ("limit=1&limit=1", "limit"),
            ] {
                let answer = try client.get("/orders?\(query)")
                #expect(answer.status == 400 && answer.error?.hasPrefix("\(name) must be ") == true, "\(query)")
            }
            for query in [
                "after=0", "after=9223372036854775807", "status=nobody", "status=%00%0A%3A*", "other=1&other=2",
            ] {
                #expect(try client.get("/orders?\(query)").status == 200, "\(query)")
            }
            #expect(server.stop() == .exited(0))
        }
    }
}

/// A client that creates orders of both statuses, changes some of its own, and deletes others, until it is told to
/// stop.
private final class Writes: Sendable {
    let isOver = Atomic<Bool>(false)
    let count = Atomic<Int>(0)

    func run(_ client: HTTPClient) throws {
        var own: [String] = []
        while !isOver.load(ordering: .relaxed) {
            let status = own.count % 2 == 0 ? "hold" : "received"
            let order = TestOrder(customer: "w", status: status, items: [.init(name: "i", quantity: 1)])
            own.append(try #require(try client.create(order).json["order_id"]?.text))
            if own.count % 3 == 0 { _ = try client.update(own[own.count - 2], status: "hold") }
            if own.count % 4 == 0 { _ = try client.delete(own[own.count - 3]) }
            count.add(1, ordering: .relaxed)
        }
    }
}
