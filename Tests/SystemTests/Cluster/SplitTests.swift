import Glibc
import TestServers
import Testing

extension SystemTests {
    @Suite("API and workers as processes of their own") struct SplitTests {
        @Test("What the one takes the other applies, and either may be away for a while", arguments: Profile.clusters)
        func split(profile: Profile) throws {
            let deployment = try Deployment(profile)
            let api = try deployment.start(command: "api")
            let client = api.client()
            var expected: [String: TestOrder] = [:]
            try create(5, client, &expected)
            let stored = try deployment.stored()
            #expect(try stored.count() == 0)

            let first = try deployment.startWorker()
            #expect(try eventually { try stored.orders() == expected }, "\(first.errors.text)")
            first.send(SIGTERM)
            #expect(first.waitForEnd(within: 20) == .exited(0), "\(first.errors.text)")

            try create(5, client, &expected)
            for (id, order) in expected { #expect(try client.show(id).json == order.json(id: id)) }
            #expect(api.stop() == .exited(0))
            let second = try deployment.startWorker()
            #expect(try eventually { try stored.orders() == expected }, "\(second.errors.text)")
            second.send(SIGTERM)
            #expect(second.waitForEnd(within: 20) == .exited(0), "\(second.errors.text)")
            #expect(try deployment.hasDrained(within: 0))
        }

        private func create(_ count: Int, _ client: HTTPClient, _ expected: inout [String: TestOrder]) throws {
            for _ in 0..<count {
                let order = TestOrder(customer: "order \(expected.count)")
                expected[try #require(try client.create(order).json["order_id"]?.text)] = order
            }
        }
    }
}
