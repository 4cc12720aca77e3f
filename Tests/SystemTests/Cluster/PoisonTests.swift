import TestServers
import Testing

extension SystemTests {
    @Suite("Messages that can't be applied, from another program") struct PoisonTests {
        @Test(
            "They go to the dead letters with their reason, and their neighbours are applied",
            arguments: [(.clusterSQLite, "classic"), (.clusterMariaDB, "quorum")] as [(Profile, String)])
        func poisonedMessages(profile: Profile, queueType: String) throws {
            let deployment = try Deployment(profile)
            let space = try #require(deployment.space)
            let settings = ["RABBITMQ_PARTITIONS": "1", "RABBITMQ_QUEUE_TYPE": queueType]
            // Declares the queue, and has stopped consuming when the messages come.
            #expect(try deployment.start(settings).stop() == .exited(0))
            for jobs in PoisonedMessages.all {
                let isOne = jobs.count == 1
                let body = jobs.map(\.line).joined(separator: "\n") + (isOne ? "" : "\n")
                try space.otherClient.publish(
                    [body], contentType: isOne ? nil : "application/x-ndjson", to: space.queueName)
            }
            let server = try deployment.start(settings)
            #expect(try deployment.hasDrained(), "\(server.log)")
            let applied = try deployment.stored().orders()
            #expect(Set(applied.keys) == PoisonedMessages.created)
            #expect(applied[QueuedJob.orderID(1)]?.status == "packed")
            try expectLetters(space)

            // Nobody is held up, before or after.
            let client = server.client()
            #expect(try client.create(TestOrder(customer: "later")).status == 202)
            #expect(try eventually { try client.total() == applied.count + 1 })
            #expect(server.stop() == .exited(0))
        }

        private func expectLetters(_ space: ClusterSpace) throws {
            let letters = try space.otherClient.messages(in: space.queueName + ".dead")
            #expect(letters.count == PoisonedMessages.bad.count)
            for (letter, job) in zip(letters, PoisonedMessages.bad) {
                #expect(letter.body == job.line)
                #expect(letter.properties["delivery_mode"] == .integer(2))
                #expect(letter.headers["x-spillway-reason"]?.text?.contains(job.reason ?? "") == true, "\(letter)")
                #expect(letter.headers["x-spillway-attempts"]?.integer ?? 0 >= 1, "\(letter)")
                #expect(letter.headers["x-spillway-failed-at"]?.integer ?? 0 > 1_700_000_000_000, "\(letter)")
            }
            let named = letters.filter { $0.headers["x-spillway-job-id"]?.text == QueuedJob.jobID(6) }
            #expect(named.count == 1)
        }
    }
}
