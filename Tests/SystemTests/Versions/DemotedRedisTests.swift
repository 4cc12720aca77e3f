import TestServers
import Testing

extension SystemTests {
    @Suite("A Redis that becomes a replica") struct DemotedRedisTests {
        /// It goes on answering to those who are connected: only who looks its address up again finds the new primary.
        @Test("Its connections are left, and what was accepted meanwhile is neither lost nor undone")
        func demoted() throws {
            let redis = try ClusterServers.makeRedis()
            let service = try WorkerlessService(.clusterMariaDB, on: .withRedis(redis))
            let ids = try service.createApplied(3)
            let heir = try RedisServer(
                options: ["--databases", "\(ClusterServers.redisDatabases)"]
                    + ["--replicaof", "127.0.0.1", "\(redis.port)"])
            #expect(try eventually { try heir.ask("INFO", "replication").contains("master_link_status:up") })
            try service.client.accept([WriteRequest.update(ids[0], status: "before")])

            try replace(redis, by: heir)
            var writes = 0
            let hasMoved = try eventually {
                // In the moment in which it has no Redis the service takes nothing.
                let write = WriteRequest.update(ids[1], status: "write \(writes + 1)")
                guard (try? service.client.accept([write])) != nil else { return false }
                writes += 1
                return try service.space.redis("GET", "temp_order:\(ids[1])").contains("\"write \(writes)\"")
            }
            #expect(hasMoved, "\(service.server.log)")
            try service.client.accept([WriteRequest.delete(ids[2])])
            #expect(try service.client.show(ids[1]).json["status"] == .string("write \(writes)"))

            try service.applyAll()
            let expected = [ids[0]: "before", ids[1]: "write \(writes)"]
            #expect(try service.storedStatuses() == expected)
            for (id, status) in expected { #expect(try service.client.show(id).json["status"] == .string(status)) }
            #expect(try service.client.show(ids[2]).status == 404)
        }

        /// As a fail-over does it. The old one's listener moves away, its connections stay.
        private func replace(_ redis: RedisServer, by heir: RedisServer) throws {
            #expect(try heir.ask("REPLICAOF", "NO", "ONE") == "OK")
            #expect(try redis.ask("REPLICAOF", "127.0.0.1", "\(heir.port)") == "OK")
            #expect(try redis.ask("CONFIG", "SET", "port", "\(FreePort.next())") == "OK")
            #expect(try heir.ask("CONFIG", "SET", "port", "\(redis.port)") == "OK")
        }
    }
}
