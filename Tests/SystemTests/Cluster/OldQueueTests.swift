import TestServers
import Testing

extension SystemTests {
    /// One classic queue with one job a message: what the replaced service reads and writes.
    @Suite("The queue of the replaced service") struct OldQueueTests {
        static let settings = [
            "RABBITMQ_QUEUE_TYPE": "classic", "RABBITMQ_PARTITIONS": "1", "RABBITMQ_JOBS_PER_MESSAGE": "1",
        ]
        private let orderID = "5b0c0f0e-6d2c-4d0e-9a52-6f6f6a0f4d11"

        @Test("Jobs that the other program left there are applied, in their order", arguments: Profile.clusters)
        func jobsOfTheOther(profile: Profile) throws {
            let deployment = try Deployment(profile)
            let space = try #require(deployment.space)
            let queue = space.queueName
            try space.otherClient.declare(queue)
            try space.otherClient.publish([create("Ada"), update(2, "packed")], to: queue)

            let server = try deployment.start(Self.settings)
            let stored = try deployment.stored()
            let order = TestOrder(
                customer: "Ada", status: "packed",
                items: [.init(name: "Tea", quantity: 2), .init(name: "Cup", quantity: 1)])
            #expect(try eventually { try stored.orders() == [orderID: order] }, "\(server.log)")
            let client = server.client()
            #expect(try client.show(orderID).json == order.json(id: orderID))

            // While it runs, too.
            try space.otherClient.publish([update(3, "sent"), delete()], to: queue)
            #expect(try eventually { try stored.orders().isEmpty }, "\(server.log)")
            #expect(try eventually { try client.show(orderID).status == 404 })
            #expect(try deployment.hasDrained())
            #expect(try space.otherClient.waiting(in: [queue + ".dead"]).allSatisfy { $0 ?? 0 == 0 })
            #expect(server.stop() == .exited(0))
        }

        @Test("With one job a message, what is published is what that program expects")
        func ourMessages() throws {
            let deployment = try Deployment(.clusterSQLite)
            let space = try #require(deployment.space)
            // It was there first, and its queue is declared as it is.
            try space.otherClient.declare(space.queueName)
            let server = try deployment.start(Self.settings, command: "api")
            let client = server.client()
            let order = TestOrder(customer: "Ada")
            let created = try client.create(order)
            let id = try #require(created.json["order_id"]?.text, "\(created.text) \(server.log)")
            let updated = try client.update(id, status: "packed")
            let deleted = try client.delete(id)

            let messages = try space.otherClient.messages(in: space.queueName)
            let types = ["create_order", "update_order_status", "delete_order"]
            #expect(messages.count == types.count)
            for ((message, answer), type) in zip(zip(messages, [created, updated, deleted]), types) {
                let job = try #require(JSON(Array(message.body.utf8)), "\(message.body)")
                // That program ignores a field more.
                let version: Set = type == "create_order" ? [] : ["version"]
                #expect(job.keys == version.union(["job_id", "type", "payload", "enqueued_at"]))
                #expect(job["job_id"] == answer.json["job_id"])
                #expect(job["type"] == .string(type))
                #expect(job["enqueued_at"]?.integer ?? 0 > 1_700_000_000_000)
                #expect(!message.body.hasSuffix("\n"))
                #expect(message.properties["delivery_mode"] == .integer(2))
                #expect(message.properties["content_type"] == .string("application/json"))
            }
            let payloads = messages.compactMap { JSON(Array($0.body.utf8))?["payload"] }
            #expect(payloads.count == types.count)
            #expect(payloads.first == order.json(id: id))
            #expect(payloads.dropFirst().first == .object(["order_id": .string(id), "status": .string("packed")]))
            #expect(payloads.last == .object(["order_id": .string(id)]))
            #expect(server.stop() == .exited(0))
        }

        // As Python's json.dumps writes them.

        private func create(_ customer: String) -> String {
            job(
                1, "create_order",
                #"{"order_id": "\#(orderID)", "customer_name": "\#(customer)", "status": "received", "#
                    + #""items": [{"name": "Tea", "quantity": 2}, {"name": "Cup", "quantity": 1}]}"#)
        }

        private func update(_ number: Int, _ status: String) -> String {
            job(number, "update_order_status", #"{"order_id": "\#(orderID)", "status": "\#(status)"}"#)
        }

        private func delete() -> String { job(4, "delete_order", #"{"order_id": "\#(orderID)"}"#) }

        /// That program's ids are random: version 4.
        private func job(_ number: Int, _ type: String, _ payload: String) -> String {
            #"{"job_id": "0a3b6c1e-1f2d-4c3b-8a4d-00000000000\#(number)", "type": "\#(type)", "#
                + #""payload": \#(payload), "enqueued_at": 1763800000000}"#
        }
    }
}
