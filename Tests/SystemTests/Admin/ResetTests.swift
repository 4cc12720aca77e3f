import Glibc
import TestServers
import Testing

extension SystemTests {
    @Suite("POST /admin/reset") struct ResetTests {
        @Test(
            "Under load on all instances nothing that was accepted before comes back, and all that is accepted behind lives",
            arguments: Profile.allCases)
        func underLoad(profile: Profile) throws {
            let deployment = try Deployment(profile)
            // Slower than its clients, so that orders pile up in the queue.
            let settings = ["DB_WRITE_LAG_MS": "250", "DB_WRITE_BATCH": "100", "RABBITMQ_JOBS_PER_MESSAGE": "20"]
            let servers = try (0..<(profile == .embedded ? 1 : 2)).map { _ in try deployment.startForAdmin(settings) }
            let load = ResetLoad(servers)
            #expect(eventually { load.created.count > 3_000 })

            let sent = Timeout.now()
            #expect(try servers[0].client().reset().json == .object(["message": .string("All orders were deleted")]))
            let answered = Timeout.now()
            let before = Set(load.created.filter { $0.accepted < sent }.map(\.id))
            for server in servers { try expectGone(before, server) }
            #expect(eventually { load.created.count { $0.sent > answered } > 500 })
            usleep(5_000_000)
            for server in servers { try expectGone(before, server) }

            try load.stop()
            #expect(load.complaints == [])
            #expect(try deployment.hasDrained(within: 60))
            let stored = try deployment.stored().orders()
            #expect(before.isDisjoint(with: stored.keys))
            let behind = load.created.filter { $0.sent > answered }
            #expect(behind.allSatisfy { stored[$0.id] != nil })
            for server in servers {
                let client = server.client()
                for order in behind.prefix(300) { #expect(try client.show(order.id).status == 200) }
                #expect(try eventually(within: 5) { try client.total() == stored.count })
                #expect(server.stop() == .exited(0))
            }
        }

        /// None of `ids` can be read, alone or in the list.
        private func expectGone(_ ids: Set<String>, _ server: ServerProcess) throws {
            let client = server.client()
            var shown: [String] = []
            for id in ids where try client.show(id).status != 404 { shown.append(id) }
            #expect(shown == [])
            var after: String? = ""
            while let cursor = after {
                let page = try client.get("/orders?limit=1000" + (cursor.isEmpty ? "" : "&after=\(cursor)"))
                #expect(page.status == 200)
                let listed = page.json["orders"]?.array?.compactMap { $0["order_id"]?.text } ?? []
                #expect(ids.isDisjoint(with: listed))
                after = page.json["next"]?.text
            }
        }

        @Test("Several at once, from all instances, are all done, and the service goes on", arguments: Profile.clusters)
        func severalAtOnce(profile: Profile) throws {
            let deployment = try Deployment(profile)
            let servers = try (0..<2).map { _ in try deployment.startForAdmin(["DB_WRITE_LAG_MS": "20"]) }
            let load = ResetLoad(servers, creators: 1)
            #expect(eventually { load.created.count > 300 })
            let sent = Timeout.now()
            try onThreads(4) { number in
                let answer = try servers[number % 2].client().reset()
                #expect(answer.status == 200, "\(answer.text)")
            }
            let answered = Timeout.now()
            let before = Set(load.created.filter { $0.accepted < sent }.map(\.id))
            for server in servers { try expectGone(before, server) }
            #expect(eventually { load.created.count { $0.sent > answered } > 100 })
            try load.stop()
            #expect(load.complaints == [])
            #expect(try deployment.hasDrained())
            let stored = try deployment.stored().orders()
            #expect(load.created.filter { $0.sent > answered }.allSatisfy { stored[$0.id] != nil })
            for server in servers { #expect(try eventually(within: 5) { try server.client().total() == stored.count }) }
        }

        @Test("An instance that dies in the middle of it leaves nothing that acts later", arguments: Profile.allCases)
        func killed(profile: Profile) throws {
            let deployment = try Deployment(profile)
            for pause in [5, 40, 100, 180, 260] {
                let victim = try deployment.startForAdmin(["DB_WRITE_LAG_MS": "40"])
                let client = victim.client()
                for number in 0..<50 { _ = try client.create(TestOrder(customer: "old \(number)")) }
                try victim.client().send(
                    "POST /admin/reset HTTP/1.1\r\nHost: x\r\nX-Admin-Password: \(HTTPClient.adminPassword)\r\n\r\n")
                usleep(UInt32(pause) * 1_000)
                victim.crash()

                let other = try deployment.startForAdmin(["DB_WRITE_LAG_MS": "40"])
                var ids: [String] = []
                for number in 0..<50 {
                    ids.append(
                        try #require(
                            try other.client().create(TestOrder(customer: "new \(number)")).json["order_id"]?.text))
                }
                #expect(try deployment.hasDrained())
                let stored = try deployment.stored().orders()
                #expect(ids.allSatisfy { stored[$0] != nil })
                #expect(try eventually { try other.client().total() == stored.count })
                #expect(try other.client().reset().status == 200)
                #expect(try deployment.stored().count() == 0)
                #expect(try other.client().total() == 0)
                for id in ids { #expect(try other.client().show(id).status == 404) }
                other.crash()
            }
        }

        @Test("What it deleted does not come back after a crash right behind it", arguments: Profile.allCases)
        func crashedBehind(profile: Profile) throws {
            let deployment = try Deployment(profile)
            let first = try deployment.startForAdmin()
            var ids: [String] = []
            for number in 0..<100 {
                ids.append(
                    try #require(try first.client().create(TestOrder(customer: "\(number)")).json["order_id"]?.text))
            }
            #expect(try first.client().reset().status == 200)
            first.crash()
            let second = try deployment.startForAdmin()
            let client = second.client()
            for id in ids { #expect(try client.show(id).status == 404) }
            #expect(try client.total() == 0)
            #expect(try deployment.hasDrained())
            #expect(try deployment.stored().count() == 0)
        }

        @Test("Without workers, and without Redis, it says that nothing was deleted, and nothing is")
        func missingParts() throws {
            let deployment = try Deployment(.clusterMariaDB)
            let redis = try RedisServer()
            let settings = ["REDIS_URL": "redis://127.0.0.1:\(redis.port)/0"]
            let api = try deployment.startForAdmin(settings, command: "api")
            let client = api.client()
            let id = try #require(try client.create(TestOrder(customer: "kept")).json["order_id"]?.text)
            let undrained = try client.reset()
            #expect(undrained.status == 503)
            #expect(undrained.error == "the workers did not work the queue off in time; nothing was deleted")
            #expect(undrained["retry-after"] != nil)
            #expect(try client.show(id).status == 200)

            let worker = try deployment.startWorker(settings)
            let stored = try deployment.stored()
            #expect(try eventually { try stored.count() == 1 }, "\(worker.errors.text)")
            redis.stop()
            let blind = try client.reset()
            #expect(blind.status == 503)
            #expect(blind.error?.hasSuffix("; nothing was deleted") == true, "\(blind.text)")
            #expect(try stored.count() == 1)

            try redis.start()
            #expect(try eventually { try client.reset().status == 200 })
            #expect(try stored.count() == 0)
            #expect(try client.show(id).status == 404)
            worker.send(SIGTERM)
            #expect(worker.waitForEnd(within: 20) == .exited(0))
        }

        @Test("Without a cache it needs no Redis", arguments: Profile.allCases)
        func withoutCache(profile: Profile) throws {
            let deployment = try Deployment(profile)
            let server = try deployment.startForAdmin(["CACHE_DISABLED": "true", "DB_WRITE_LAG_MS": "50"])
            let client = server.client()
            var ids: [String] = []
            for number in 0..<20 {
                ids.append(try #require(try client.create(TestOrder(customer: "\(number)")).json["order_id"]?.text))
            }
            #expect(try client.reset().status == 200)
            for id in ids { #expect(try client.show(id).status == 404) }
            #expect(try client.total() == 0)
            let id = try #require(try client.create(TestOrder(customer: "new")).json["order_id"]?.text)
            #expect(try eventually { try client.show(id).status == 200 })
        }

        @Test("Only who knows the password may reset or seed, and nobody where there is none")
        func password() throws {
            let open = try Deployment(.embedded)
            let server = try open.startForAdmin()
            let client = server.client()
            #expect(try client.create(TestOrder(customer: "kept")).status == 202)
            for path in ["/admin/reset", "/admin/seed"] {
                #expect(try client.request("POST", path).status == 401)
                #expect(try client.request("POST", path, headers: ["X-Admin-Password: open"]).status == 401)
                #expect(try client.request("POST", path, body: #"{"password":"Open sesame"}"#).status == 401)
                #expect(try client.request("GET", path).status == 405)
            }
            #expect(try eventually { try client.total() == 1 })
            #expect(!server.log.contains(HTTPClient.adminPassword))
            let closed = try Deployment(.embedded).start()
            for path in ["/admin/reset", "/admin/seed"] {
                #expect(try closed.client().request("POST", path, headers: ["X-Admin-Password: x"]).status == 403)
            }
        }
    }
}
