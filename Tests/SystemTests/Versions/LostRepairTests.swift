import TestServers
import Testing

extension SystemTests {
    @Suite("A worker that dies between the database and Redis") struct LostRepairTests {
        private static let settings = ["TEMP_ORDER_CACHE_TTL": "1", "ORDERS_CACHE_TTL": "600"]

        @Test("What it left as pending heals when it is read, and the list when its batch is delivered again")
        func killed() throws {
            let redis = try ClusterServers.makeRedis()
            let service = try WorkerlessService(.clusterMariaDB, on: .withRedis(redis), Self.settings)
            let ids = try service.createApplied(2)
            // By then the instance knows this Redis, and trusts what it shows from now on.
            _ = eventually(within: 3) { false }
            let (patched, deleted) = (ids[0], ids[1])
            let created = try service.client.accept(
                (0..<2).map { WriteRequest.create(TestOrder(customer: "new \($0)")) })
            try service.client.accept([WriteRequest.update(patched, status: "packed")])
            try service.client.accept([WriteRequest.delete(deleted)])
            #expect(try service.client.total() == 2)

            try applyUntold(service, redis) {
                try service.storedStatuses()
                    == [patched: "packed", created[0]: "received", created[1]: "received"]
            }
            for id in [patched] + created { #expect(try service.pendingLife(id) == -1) }
            // A change after 10 s, a new order a second later.
            #expect(
                try eventually(within: 30) {
                    try hasHealed(service, [patched: "packed", created[0]: "received"], deleted)
                })

            // Its messages were never acknowledged.
            let version = try service.space.redis("GET", "orders:list:version")
            try service.applyAll()
            #expect(try service.space.redis("GET", "orders:list:version") != version)
            #expect(try service.client.total() == 3)
        }

        /// Reads all of them. False as long as Redis would show one of them for ever.
        private func hasHealed(
            _ service: WorkerlessService, _ expected: [String: String], _ deleted: String
        ) throws -> Bool {
            for (id, status) in expected { try #require(service.client.show(id).json["status"] == .string(status)) }
            guard try service.client.show(deleted).status == 404 else { return false }
            try #require(service.client.update(deleted, status: "late").status == 404)
            return try expected.keys.allSatisfy { try service.pendingLife($0) != -1 }
        }

        /// Has a worker that can't write to Redis apply what is queued, and kills it. Redis never gets its commands.
        private func applyUntold(
            _ service: WorkerlessService, _ redis: RedisServer, until isApplied: () throws -> Bool
        ) throws {
            let before = try Self.connections(redis)
            #expect(try redis.ask("CLIENT", "PAUSE", "60000", "WRITE") == "OK")
            let worker = try service.startWorker()
            #expect(try eventually(isApplied), "\(worker.errors.text)")
            worker.crash()
            // Redis has noticed, and forgets what that one was about to do.
            #expect(try eventually { try Self.connections(redis) <= before })
            #expect(try redis.ask("CLIENT", "UNPAUSE") == "OK")
        }

        private static func connections(_ redis: RedisServer) throws -> Int {
            try redis.ask("CLIENT", "LIST").split(separator: "\n").count
        }
    }
}
