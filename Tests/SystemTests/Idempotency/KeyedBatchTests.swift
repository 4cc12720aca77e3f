import TestServers
import Testing

extension OrderRequests {
    fileprivate func createBatch(_ orders: [String], key: String) throws(ClientError) -> HTTPAnswer {
        try request(
            "POST", "/orders/batch", headers: ["Idempotency-Key: \(key)"],
            body: "[" + orders.joined(separator: ",") + "]")
    }
}

extension SystemTests {
    @Suite("Idempotency keys of batches") struct KeyedBatchTests {
        private static let invalid = #"{"customer_name":"","items":[]}"#
        private let orders = (0..<200).map { TestOrder(customer: "c\($0)") }

        /// Every tenth is invalid.
        private var bodies: [String] {
            orders.enumerated().map { $0.offset % 10 == 3 ? Self.invalid : $0.element.body }
        }

        private func start(_ deployment: Deployment) throws -> [ServerProcess] {
            try (0..<(deployment.profile == .embedded ? 1 : 2)).map { _ in
                try deployment.start(["API_WORKERS": "2"])
            }
        }

        private func expectReplay(of first: HTTPAnswer, by server: ServerProcess) throws {
            let again = try server.client().createBatch(bodies, key: "k")
            #expect(again.status == 202 && again.text == first.text)
            #expect(again["idempotent-replayed"] == "true")
        }

        @Test("A retry gets the first answer, order by order, and creates nothing", arguments: Profile.allCases)
        func replay(profile: Profile) throws {
            let deployment = try Deployment(profile)
            let servers = try start(deployment)
            let first = try servers[0].client().createBatch(bodies, key: "k")
            #expect(first.status == 202 && first["idempotent-replayed"] == nil)
            #expect(first.json["accepted"] == .integer(180) && first.json["rejected"] == .integer(20))
            for server in servers { try expectReplay(of: first, by: server) }
            #expect(try deployment.hasDrained())
            if let space = deployment.space { _ = try space.redis("FLUSHDB") }
            for server in servers { try expectReplay(of: first, by: server) }
            #expect(try servers[0].client().createBatch([orders[0].body], key: "k").status == 422)
            #expect(try servers[0].client().create(orders[0], key: "k").status == 422)
            #expect(try deployment.hasDrained())
            let results = first.json["results"]?.array ?? []
            let expected = zip(results, orders).compactMap { result, order in
                result["order_id"]?.text.map { ($0, order) }
            }
            #expect(try deployment.stored().orders() == Dictionary(uniqueKeysWithValues: expected))
        }

        @Test("A batch without a valid order is 400 and not remembered", arguments: [Profile.embedded, .clusterSQLite])
        func invalid(profile: Profile) throws {
            let deployment = try Deployment(profile)
            let client = try start(deployment)[0].client()
            for body in [[], [Self.invalid]] {
                let answer = try client.createBatch(body, key: "k")
                #expect(answer.status == 400 && answer["idempotent-replayed"] == nil, "\(answer.text)")
            }
            #expect(try client.createBatch([orders[0].body], key: "k").status == 202)
        }

        @Test("Killed between the answer and the database, an embedded server still knows the batch")
        func killed() throws {
            let deployment = try Deployment(.embedded)
            let server = try deployment.start(["DB_WRITE_LAG_MS": "600000"])
            let first = try server.client().createBatch(bodies, key: "k")
            #expect(first.status == 202)
            server.crash()
            let next = try deployment.start(["DB_WRITE_LAG_MS": "100"])
            try expectReplay(of: first, by: next)
            #expect(try deployment.hasDrained())
            try expectReplay(of: first, by: next)
            #expect(try deployment.stored().count() == 180)
        }

        @Test("A batch of which the database has a part, and Redis nothing, is completed under its ids")
        func part() throws {
            let deployment = try Deployment(.clusterMariaDB)
            let server = try start(deployment)[0]
            let first = try server.client().createBatch(bodies, key: "k")
            #expect(try deployment.hasDrained())
            let space = try #require(deployment.space)
            // As if these had been refused, and Redis been wiped since.
            let lost = (first.json["results"]?.array ?? []).prefix(10).compactMap { $0["order_id"]?.text }
            let list = lost.map { "'\($0)'" }.joined(separator: ",")
            try space.servers.maria.sql(
                """
                DELETE FROM order_items WHERE order_id IN (\(list)); DELETE FROM orders WHERE id IN (\(list));
                UPDATE order_counter SET total = total - \(lost.count);
                DELETE FROM idempotency_keys WHERE position < 10
                """, database: space.databaseName)
            _ = try space.redis("FLUSHDB")
            let again = try server.client().createBatch(bodies, key: "k")
            #expect(again.status == 202 && again.text == first.text)
            #expect(try server.client().show(lost[0]).json == orders[0].json(id: lost[0]))
            #expect(try deployment.hasDrained())
            #expect(try deployment.stored().count() == 180)
            #expect(try server.client().total() == 180)
        }
    }
}
