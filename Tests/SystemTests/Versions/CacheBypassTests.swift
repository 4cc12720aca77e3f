import TestServers
import Testing

extension SystemTests {
    @Suite("Answers without Redis") struct CacheBypassTests {
        private static let bypassed = "spillway; fwd=bypass"
        private static let unknownID = "01970000-0000-7000-8000-000000000000"

        @Test("A read says that Redis was away, whatever it finds, until Redis has been back for a while; writes go on")
        func away() throws {
            let redis = try ClusterServers.makeRedis()
            let service = try WorkerlessService(.clusterMariaDB, on: .withRedis(redis))
            let client = service.client
            let id = try service.createApplied(1)[0]
            #expect(try client.show(id)["cache-status"] == nil)
            #expect(try client.show(Self.unknownID)["cache-status"] == nil)

            redis.kill()
            #expect(try eventually { try client.get("/ready").json["status"] == .string("degraded") })
            let found = try client.show(id)
            #expect(found.status == 200 && found["cache-status"] == Self.bypassed)
            let missing = try client.show(Self.unknownID)
            #expect(missing.status == 404 && missing["cache-status"] == Self.bypassed)
            let known = try client.request(
                "GET", "/orders/\(id)", headers: ["If-None-Match: \(found["etag"] ?? "")"])
            #expect(known.status == 304 && known["cache-status"] == Self.bypassed)
            // Refused in the first half second, in which Redis is mostly back.
            #expect(try eventually { try client.update(id, status: "unseen").status == 202 })

            try redis.start()
            #expect(try eventually(within: 30) { try client.show(id)["cache-status"] == nil })
            #expect(try client.show(Self.unknownID)["cache-status"] == nil)
            try service.applyAll()
            #expect(try service.storedStatuses() == [id: "unseen"])
        }
    }
}
