import Glibc
import TestServers
import Testing

extension SystemTests {
    /// Other programs read these keys: docs/contract.md section 4.
    @Suite("Keys in Redis") struct CacheKeyTests {
        @Test("A pending order has no end; applied it has TEMP_ORDER_CACHE_TTL; the list has a version")
        func keys() throws {
            let deployment = try Deployment(.clusterSQLite)
            let space = try #require(deployment.space)
            let api = try deployment.start(["TEMP_ORDER_CACHE_TTL": "50", "ORDERS_CACHE_TTL": "40"], command: "api")
            let client = api.client()
            let order = TestOrder(customer: "Ada")
            let id = try #require(try client.create(order).json["order_id"]?.text)
            #expect(try json(space.redis("GET", "temp_order:\(id)")) == order.json(id: id))
            #expect(try number(space.redis("TTL", "temp_order:\(id)")) == -1)
            #expect(try client.update(id, status: "packed").status == 202)
            #expect(try json(space.redis("GET", "temp_order:\(id)")) == order.json(id: id, status: "packed"))
            #expect(try number(space.redis("TTL", "temp_order:\(id)")) == -1)

            let worker = try deployment.startWorker(["TEMP_ORDER_CACHE_TTL": "50", "DB_WRITE_LAG_MS": "0"])
            #expect(try eventually { try client.total() == 1 }, "\(worker.errors.text)")
            #expect(try eventually { (1...50).contains(try number(space.redis("TTL", "temp_order:\(id)"))) })
            let version = try number(space.redis("GET", "orders:list:version"))
            #expect(version >= 1)
            let page = try client.get("/orders")
            #expect(try eventually { try json(space.redis("GET", "orders:list:\(version)")) == page.json })
            #expect((1...44).contains(try number(space.redis("TTL", "orders:list:\(version)"))))

            // What Redis forgets, or another program removes, is read from the database and kept.
            _ = try space.redis("DEL", "temp_order:\(id)")
            #expect(try client.show(id).json == order.json(id: id, status: "packed"))
            #expect(
                try eventually {
                    try json(space.redis("GET", "orders:detail:\(id)")) == order.json(id: id, status: "packed")
                })
            #expect((1...44).contains(try number(space.redis("TTL", "orders:detail:\(id)"))))

            #expect(try client.delete(id).status == 202)
            #expect(try eventually { try client.show(id).status == 404 })
            #expect(try number(space.redis("EXISTS", "temp_order:\(id)", "orders:detail:\(id)")) == 0)
            #expect(try eventually { try number(space.redis("GET", "orders:list:version")) == version + 1 })
            worker.send(SIGTERM)
            #expect(worker.waitForEnd(within: 20) == .exited(0))
            #expect(api.stop() == .exited(0))
        }

        private func json(_ output: String) throws -> JSON { JSON(Array(output.utf8)) ?? .null }

        private func number(_ output: String) throws -> Int {
            try #require(Int(output.prefix { !$0.isNewline }), "\(output)")
        }
    }
}
