import TestServers
import Testing

extension SystemTests {
    /// A quorum queue gives back what a dead consumer had in hand, but behind what was given back before: after a
    /// second death, with fewer messages in hand, the older writes come last.
    @Suite("Workers that die with writes in hand") struct WorkerKillTests {
        private static let groups = 5

        @Test(
            "After two of them, the second with a lower prefetch, each order is as it was last acknowledged",
            arguments: [1, 512])
        func twoKills(jobsPerMessage: Int) throws {
            let service = try WorkerlessService(.clusterMariaDB, ["RABBITMQ_JOBS_PER_MESSAGE": "\(jobsPerMessage)"])
            let expected = try queueWrites(service, ordersPerGroup: jobsPerMessage == 1 ? 1 : 3)
            let messages = try #require(try service.waitingMessages())
            #expect(messages >= 2 * Self.groups + 4)

            for prefetch in [2 * Self.groups, Self.groups] {
                let worker = try service.startWorker(
                    ["RABBITMQ_PREFETCH": "\(prefetch)", "DB_WRITE_LAG_MS": "600000"])
                #expect(
                    try eventually { try service.waitingMessages() == messages - prefetch }, "\(worker.errors.text)")
                worker.crash()
                #expect(try eventually { try service.waitingMessages() == messages })
            }
            try service.applyAll()
            #expect(try service.storedStatuses() == expected)
            for (id, status) in expected { #expect(try service.client.show(id).json["status"] == .string(status)) }
        }

        /// In the first messages a write to each group of orders, then a later one to each, then some to other orders.
        /// Returns the statuses that must be left.
        private func queueWrites(_ service: WorkerlessService, ordersPerGroup: Int) throws -> [String: String] {
            let client = service.client
            let ids = try service.createApplied((Self.groups + 1) * ordersPerGroup)
            var groups = (0...Self.groups).map { Array(ids[($0 * ordersPerGroup)...].prefix(ordersPerGroup)) }
            var expected: [String: String] = [:]
            func update(_ group: [String], to status: String) throws {
                try client.accept(group.map { WriteRequest.update($0, status: status) })
                for id in group { expected[id] = status }
            }
            // The last one of the five is new in the queue; its orders of before stay as they were.
            for id in groups[4] { expected[id] = "received" }
            for number in 0..<4 { try update(groups[number], to: "first") }
            groups[4] = try client.accept(groups[4].map { WriteRequest.create(TestOrder(customer: $0)) })

            for number in [0, 1, 3, 4] { try update(groups[number], to: "second") }
            try client.accept(groups[2].map(WriteRequest.delete))
            for id in groups[2] { expected[id] = nil }
            for turn in 0..<4 { try update(groups[5], to: "turn \(turn)") }
            return expected
        }
    }
}
