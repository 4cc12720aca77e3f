import TestServers
import Testing

extension SystemTests {
    @Suite("Jobs that can't be applied") struct DeadLetterTests {
        let directory = TemporaryDirectory()

        @Test("They go to the dead letters with their reason, and their neighbours are applied")
        func poisonedJobs() throws {
            let before = try queueTwoOrders()
            try put(PoisonedMessages.all, into: try QueueFile(directory.file("queue.db")))

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

        /// One message for each element, behind the two that are there, at the same distance.
        private func put(_ messages: [[QueuedJob]], into queue: QueueFile) throws {
            let last = try queue.file.integer("SELECT max(position) FROM messages")
            let distance = last - (try queue.file.integer("SELECT min(position) FROM messages"))
            for (index, jobs) in messages.enumerated() {
                let body = jobs.map { $0.line + "\n" }.joined()
                let id = [UInt8](repeating: 0xff, count: 15) + [UInt8(index + 1)]
                try queue.file.rows(
                    "INSERT INTO messages (position, message_id, jobs, body) VALUES (?, ?, ?, ?)",
                    [
                        .integer(Int64(last + distance * (index + 1))), .blob(id), .integer(Int64(jobs.count)),
                        .blob(Array(body.utf8)),
                    ])
            }
        }
    }
}
