import TestServers
import Testing

extension SystemTests {
    @Suite("A Redis that comes back older") struct OlderRedisTests {
        /// How a Redis can lack the last writes.
        enum Way: CaseIterable, Sendable, CustomTestStringConvertible {
            case restarted, promoted

            var testDescription: String {
                switch self {
                case .restarted: "It is killed and started from its last snapshot"
                case .promoted: "A replica that lacks the last writes takes its place"
                }
            }
        }

        @Test("What was pending there and has been applied since is shown as it is, and heals", arguments: Way.allCases)
        func older(way: Way) throws {
            let redis = try ClusterServers.makeRedis()
            let service = try WorkerlessService(.clusterMariaDB, on: .withRedis(redis))
            let ids = try service.createApplied(3)
            let (patched, deleted, patchedTwice) = (ids[0], ids[1], ids[2])
            let created = try service.client.accept([WriteRequest.create(TestOrder(customer: "new"))])[0]
            try service.client.accept([WriteRequest.update(patched, status: "first")])
            try service.client.accept([WriteRequest.delete(deleted)])
            try service.client.accept([WriteRequest.update(patchedTwice, status: "first")])
            let comeBack = try keepPast(of: redis, way, until: { try Self.knows(deleted, service, $0) })

            try service.applyAll()
            for id in [created, patchedTwice] {
                try service.client.accept([WriteRequest.update(id, status: "second")])
            }
            try service.applyAll()
            let expected = [patched: "first", created: "second", patchedTwice: "second"]
            #expect(try service.storedStatuses() == expected)

            try comeBack(service)
            #expect(try service.pendingLife(created) == -1)
            for (id, status) in expected { #expect(try service.client.show(id).json["status"] == .string(status)) }
            #expect(try service.client.show(deleted).status == 404)
            #expect(try service.client.update(deleted, status: "late").status == 404)
            for id in expected.keys + [deleted] { #expect(try service.pendingLife(id) != -1) }
            try expectGoesOn(service, expected)
        }

        /// Remembers what Redis has now. Returns what makes it have no more than that, and waits until the service is
        /// ready with it.
        private func keepPast(
            of redis: RedisServer, _ way: Way, until isCopied: (RedisServer) throws -> Bool
        ) throws -> (WorkerlessService) throws -> Void {
            let replaced: () throws -> Void
            switch way {
            case .restarted:
                #expect(try redis.ask("SAVE") == "OK")
                replaced = { try redis.start() }
            case .promoted:
                let replica = try RedisServer(
                    options: ["--databases", "\(ClusterServers.redisDatabases)"]
                        + ["--replicaof", "127.0.0.1", "\(redis.port)"])
                #expect(try eventually { try isCopied(replica) })
                #expect(try replica.ask("REPLICAOF", "NO", "ONE") == "OK")
                replaced = { _ = try replica.ask("CONFIG", "SET", "port", "\(redis.port)") }
            }
            return { service in
                redis.kill()
                #expect(try eventually { try !Self.isReady(service) })
                try replaced()
                #expect(try eventually { try Self.isReady(service) }, "\(service.server.log)")
            }
        }

        private static func isReady(_ service: WorkerlessService) throws -> Bool {
            try service.client.get("/ready").json["status"] == .string("ready")
        }

        private static func knows(_ id: String, _ service: WorkerlessService, _ redis: RedisServer) throws -> Bool {
            try redis.ask("-n", "\(service.space.redisDatabase)", "EXISTS", "temp_order:\(id)") == "1"
        }

        /// Later writes, and an instance that has never known the other Redis.
        private func expectGoesOn(_ service: WorkerlessService, _ expected: [String: String]) throws {
            let other = try service.deployment.start(["RABBITMQ_PARTITIONS": "1"], command: "api")
            for (id, status) in expected {
                #expect(try other.client().show(id).json["status"] == .string(status))
                #expect(try other.client().update(id, status: "last").status == 202)
            }
            try service.applyAll()
            #expect(try service.storedStatuses() == expected.mapValues { _ in "last" })
        }
    }
}
