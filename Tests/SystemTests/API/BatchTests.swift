import TestServers
import Testing

extension SystemTests {
    @Suite("Many orders in one request") struct BatchTests {
        static let profiles: [Profile] = [.embedded, .clusterSQLite]

        @Test("A thousand orders are taken at once, can be read at once, and are all applied", arguments: profiles)
        func thousand(profile: Profile) throws {
            let deployment = try Deployment(profile)
            let server = try deployment.start(["DB_WRITE_LAG_MS": "30"])
            let client = server.client()
            let orders = (0..<1000).map { TestOrder(customer: "c\($0)") }
            let answer = try client.createBatch(orders.map(\.body))
            #expect(answer.status == 202)
            #expect(answer.json["accepted"] == .integer(1000) && answer.json["rejected"] == .integer(0))
            let results = answer.json["results"]?.array ?? []
            let ids = results.compactMap { $0["order_id"]?.text }
            try #require(Set(ids).count == 1000 && results.compactMap { $0["index"]?.integer } == Array(0..<1000))
            #expect(Set(results.compactMap { $0["job_id"]?.text } + ids).count == 2000)
            for index in [0, 1, 499, 999] {
                #expect(try client.show(ids[index]).json == orders[index].json(id: ids[index]))
            }
            let stored = try deployment.stored()
            #expect(try eventually { try stored.orders().count == 1000 })
            #expect(try stored.orders() == Dictionary(uniqueKeysWithValues: zip(ids, orders)))
            #expect(server.stop() == .exited(0))
        }

        @Test("Orders of a batch are judged one by one; when none is left it is 400", arguments: profiles)
        func judged(profile: Profile) throws {
            let deployment = try Deployment(profile)
            let server = try deployment.start(["DB_WRITE_LAG_MS": "30"])
            let client = server.client()
            let invalid = #"{"customer_name":"x","items":[{"name":"a","quantity":1},{"name":"b","quantity":0}]}"#
            let quantity = "items[1].quantity must be an integer from 1 to 2147483647"
            let mixed = try client.createBatch([invalid, TestOrder(customer: "Ada").body, "null"])
            #expect(mixed.status == 202)
            #expect(mixed.json["accepted"] == .integer(1) && mixed.json["rejected"] == .integer(2))
            let results = mixed.json["results"]?.array ?? []
            try #require(results.compactMap { $0["index"]?.integer } == [0, 1, 2])
            #expect(results[0]["error"] == .string(quantity))
            #expect(results[1].keys == ["index", "order_id", "job_id"] && results[2].keys == ["index", "error"])
            let id = try #require(results[1]["order_id"]?.text)
            #expect(try client.show(id).json == TestOrder(customer: "Ada").json(id: id))

            let none = try client.createBatch([invalid, invalid])
            #expect(none.status == 400 && none.json["results"]?.array?.count == 2)
            #expect(none.json["error"] == .string("no order of the batch is valid: orders[0]: \(quantity)"))
            for body in ["{}", "[]", "7", "[\(Array(repeating: "1", count: 1001).joined(separator: ","))]"] {
                let answer = try client.request("POST", "/orders/batch", headers: [], body: body)
                #expect(answer.status == 400 && answer.error == "body must be an array of 1 to 1000 orders")
            }
            #expect(try eventually { try client.total() == 1 })
            #expect(server.stop() == .exited(0))
        }
    }
}

extension OrderRequests {
    fileprivate func createBatch(_ orders: [String]) throws(ClientError) -> HTTPAnswer {
        try request("POST", "/orders/batch", headers: [], body: "[\(orders.joined(separator: ","))]")
    }
}
