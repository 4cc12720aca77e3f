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

        @Test("Started in the same moment on new queues, none of them tells of a failure", arguments: 1...3)
        func together(round: Int) throws {
            let deployment = try Deployment(.clusterSQLite)
            let workers = try (0..<3).map { _ in try deployment.startWorker() }
            let api = try deployment.start(command: "api")
            let (client, order) = (api.client(), TestOrder(customer: "first"))
            // RabbitMQ refuses what is published to a queue that is still being made; nothing is stored then.
            var id: String?
            #expect(
                try eventually {
                    let answer = try client.create(order)
                    id = answer.json["order_id"]?.text
                    return answer.status != 503
                })
            let first = try #require(id)
            #expect(try eventually { try deployment.stored().orders() == [first: order] })
            #expect(api.stop() == .exited(0))
            #expect(!api.log.contains("is failing"), "\(api.log)")
            for worker in workers {
                // Before that a signal may come too early.
                #expect(eventually { worker.errors.text.contains("database answers") })
                worker.send(SIGTERM)
                #expect(worker.waitForEnd(within: 20) == .exited(0))
                #expect(!worker.errors.text.contains("is failing"), "\(worker.errors.text)")
            }
        }

        private func create(_ count: Int, _ client: HTTPClient, _ expected: inout [String: TestOrder]) throws {
            for _ in 0..<count {
                let order = TestOrder(customer: "order \(expected.count)")
                expected[try #require(try client.create(order).json["order_id"]?.text)] = order
            }
        }
    }
}
