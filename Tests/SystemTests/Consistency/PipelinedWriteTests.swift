import TestServers
import Testing

extension SystemTests {
    @Suite("Pipelined writes to one order") struct PipelinedWriteTests {
        /// The first write has to read the order from the database; the second one comes at some moment of that.
        @Test("They take effect in the order in which they were sent and answered", arguments: Profile.allCases)
        func order(profile: Profile) throws {
            let deployment = try Deployment(profile)
            let server = try deployment.start(
                ["API_WORKERS": "1", "TEMP_ORDER_CACHE_TTL": "0", "ORDERS_CACHE_TTL": "30"])
            let client = server.client()
            let ids = try (0..<400).map { number in
                try #require(try client.create(TestOrder(customer: "order \(number)")).json["order_id"]?.text)
            }
            #expect(try deployment.hasDrained())
            for (number, id) in ids.enumerated() {
                try client.send(Self.update(id, status: "first"))
                Self.spin(microseconds: Double(number % 100) * 5)
                try client.send(Self.update(id, status: "second"))
                #expect(try client.receive().status == 202)
                #expect(try client.receive().status == 202)
                #expect(try client.show(id).json["status"] == .string("second"), "\(number % 100)")
            }
            #expect(try deployment.hasDrained())
            let statuses = try deployment.stored().orders().values.map(\.status)
            #expect(Set(statuses) == ["second"])
            #expect(server.stop() == .exited(0))
        }

        private static func update(_ id: String, status: String) -> String {
            let body = #"{"status":"\#(status)"}"#
            return
                "PATCH /orders/\(id)/status HTTP/1.1\r\nHost: test\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        }

        /// Varies the moment of the second write; nothing is waited for.
        private static func spin(microseconds: Double) {
            let end = Timeout(seconds: microseconds / 1e6)
            while !end.hasPassed {}
        }
    }
}
