import TestServers
import Testing

extension SystemTests {
    @Suite("Jobs that can't be applied") struct DeadLetterTests {
        let directory = TemporaryDirectory()

        /// A job that somebody put into the queue, and what has to be said about it. `nil`: it is fine.
        private struct QueuedJob {
            let line: String
            var reason: String?
        }

        @Test("They go to the dead letters with their reason, and their neighbours are applied")
        func poisonedJobs() throws {
            let before = try queueTwoOrders()
            let long = String(repeating: "x", count: 81)
            let messages: [[QueuedJob]] = [
                [create(1)],
                [QueuedJob(line: "this is no JSON", reason: "JSON")],
                [create(2), QueuedJob(line: #"{"job_id":"#, reason: "JSON"), create(3)],
                [QueuedJob(line: job(4, type: "paint_order", #"{"order_id":"\#(id(4))"}"#), reason: "type")],
                [create(5), create(6, customer: long, reason: "customer_name"), create(7)],
                [create(8, item: long, reason: "items[0].name"), create(9)],
                [QueuedJob(line: job(10, type: "delete_order", "{}"), reason: "order_id"), create(11)],
                [QueuedJob(line: "[1,2]", reason: "object")],
                [QueuedJob(line: job(12, type: "update_order_status", #"{"order_id":"\#(id(1))","status":"packed"}"#))],
            ]
            try put(messages, into: try QueueFile(directory.file("queue.db")))

            let server = try ServerProcess(in: directory, ["WORKER_COUNT": "1"])
            let queue = try QueueFile(directory.file("queue.db"))
            #expect(try queue.hasDrained())
            let database = try OrderDatabase(directory.file("orders.db"))
            let applied = try database.orders()
            #expect(Set(applied.keys) == Set([1, 2, 3, 5, 7, 9, 11].map(id)).union(before))
            #expect(applied[id(1)]?.status == "packed")

            let poisoned = messages.joined().filter { $0.reason != nil }
            let letters = try queue.file.rows(
                "SELECT CAST(body AS TEXT), reason, failed_at FROM dead_letters ORDER BY number")
            #expect(letters.count == poisoned.count)
            for (letter, job) in zip(letters, poisoned) {
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

        private func create(
            _ number: Int, customer: String = "Ada", item: String = "Tea", reason: String? = nil
        ) -> QueuedJob {
            let payload =
                #"{"order_id":"\#(id(number))","customer_name":"\#(customer)","status":"received","#
                + #""items":[{"name":"\#(item)","quantity":1}]}"#
            return QueuedJob(line: job(number, type: "create_order", payload), reason: reason)
        }

        private func job(_ number: Int, type: String, _ payload: String) -> String {
            let jobID = "0197aaaa-0000-7000-8000-0000000000" + (number < 10 ? "0" : "") + "\(number)"
            return #"{"job_id":"\#(jobID)","type":"\#(type)","payload":\#(payload),"enqueued_at":1763800000000}"#
        }

        private func id(_ number: Int) -> String {
            "0197bbbb-0000-7000-8000-0000000000" + (number < 10 ? "0" : "") + "\(number)"
        }
    }
}
