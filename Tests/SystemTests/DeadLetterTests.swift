import TestServers
import Testing

extension SystemTests {
    @Suite("Jobs that can't be applied") struct DeadLetterTests {
        let directory = TemporaryDirectory()

        @Test("They go to the dead letters with their reason, and their neighbours are applied")
        func poisonedJobs() throws {
            let before = try queueTwoOrders()
            try QueueFile(directory.file("queue.db")).put(PoisonedMessages.all)

            let server = try ServerProcess(in: directory, ["WORKER_COUNT": "1"])
            let queue = try QueueFile(directory.file("queue.db"))
            #expect(try queue.hasDrained())
            let database = try OrderDatabase(directory.file("orders.db"))
            let applied = try database.orders()
            #expect(Set(applied.keys) == PoisonedMessages.created.union(before))
            #expect(applied[QueuedJob.orderID(1)]?.status == "packed")

            let letters = try queue.file.rows(
                "SELECT CAST(body AS TEXT), reason, failed_at FROM dead_letters ORDER BY number")
            #expect(letters.count == PoisonedMessages.bad.count)
            for (letter, job) in zip(letters, PoisonedMessages.bad) {
                #expect(letter[0] == .text(job.line))
                guard case .text(let reason) = letter[1] else { throw SQLiteFile.Failure(description: "no reason") }
                #expect(reason.contains(job.reason ?? ""), "\(job.line): \(reason)")
            }
            // Nobody is held up, before or after.
            #expect(try server.client().create(TestOrder(customer: "later")).status == 202)
            #expect(try eventually { try database.count() == applied.count + 1 })
            #expect(server.stop() == .exited(0))
        }

        /// Leaves two messages in the queue, in its only partition; returns the ids of their orders.
        private func queueTwoOrders() throws -> [String] {
            let server = try ServerProcess(in: directory, ["WORKER_COUNT": "1", "DB_WRITE_LAG_MS": "600000"])
            let client = server.client()
            let ids = try ["a", "b"].map {
                try #require(try client.create(TestOrder(customer: $0)).json["order_id"]?.text)
            }
            #expect(server.stop() == .exited(0))
            return ids
        }
    }
}
