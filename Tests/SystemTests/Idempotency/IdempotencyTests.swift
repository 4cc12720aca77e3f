import Glibc
import Synchronization
import TestServers
import Testing

extension OrderRequests {
    func create(_ order: TestOrder, key: String) throws(ClientError) -> HTTPAnswer {
        try request("POST", "/orders", headers: ["Idempotency-Key: \(key)"], body: order.body)
    }
}

/// An answer as far as a retry has to get the same again.
private struct Accepted: Equatable {
    let status: Int
    let body: String
    let location: String?

    init(_ answer: HTTPAnswer) {
        status = answer.status
        body = answer.text
        location = answer["location"]
    }
}

extension HTTPAnswer {
    fileprivate var isReplayed: Bool { self["idempotent-replayed"] == "true" }
}

extension SystemTests {
    @Suite("Idempotency keys") struct IdempotencyTests {
        private static let settings = ["API_WORKERS": "2"]
        private let order = TestOrder(customer: "Ada")

        /// One instance where only one can be, two elsewhere.
        private func start(_ deployment: Deployment, _ settings: [String: String] = [:]) throws -> [ServerProcess] {
            try (0..<(deployment.profile == .embedded ? 1 : 2)).map { _ in
                try deployment.start(Self.settings.merging(settings) { $1 })
            }
        }

        private func expectReplay(
            of first: HTTPAnswer, by server: ServerProcess, key: String = "k",
            sourceLocation: SourceLocation = #_sourceLocation
        ) throws {
            let answer = try server.client().create(order, key: key)
            #expect(Accepted(answer) == Accepted(first), sourceLocation: sourceLocation)
            #expect(answer.isReplayed, "\(answer.text)", sourceLocation: sourceLocation)
        }

        @Test("A retry gets the first answer from any instance, and creates nothing", arguments: Profile.allCases)
        func replay(profile: Profile) throws {
            let deployment = try Deployment(profile)
            let servers = try start(deployment)
            let first = try servers[0].client().create(order, key: "k")
            #expect(first.status == 202 && !first.isReplayed, "\(first.text)")
            let id = try #require(first.json["order_id"]?.text)
            #expect(first["location"] == "/orders/\(id)")
            for server in servers { try expectReplay(of: first, by: server) }
            #expect(try servers[servers.count - 1].client().show(id).json == order.json(id: id))
            #expect(try deployment.hasDrained())
            for server in servers { try expectReplay(of: first, by: server) }
            #expect(try deployment.hasDrained())
            #expect(try deployment.stored().orders() == [id: order])

            // Another key is another request, and so is one without.
            #expect(try !servers[0].client().create(order, key: "K").isReplayed)
            #expect(try !servers[0].client().create(order).isReplayed)
            #expect(try deployment.hasDrained())
            #expect(try deployment.stored().count() == 3)
        }

        @Test(
            "An order that was deleted since stays so, and the retry gets the first answer", arguments: Profile.allCases
        )
        func deleted(profile: Profile) throws {
            let deployment = try Deployment(profile)
            let server = try start(deployment)[0]
            let first = try server.client().create(order, key: "k")
            let id = try #require(first.json["order_id"]?.text)
            #expect(try server.client().delete(id).status == 202)
            #expect(try deployment.hasDrained())
            try expectReplay(of: first, by: server)
            #expect(try deployment.hasDrained())
            #expect(try server.client().show(id).status == 404)
            #expect(try deployment.stored().count() == 0)
        }

        @Test(
            "A key with another body is 422, on any instance, before and after it was applied",
            arguments: Profile.allCases)
        func otherBody(profile: Profile) throws {
            let deployment = try Deployment(profile)
            let servers = try start(deployment)
            #expect(try servers[0].client().create(order, key: "k").status == 202)
            for _ in 0..<2 {
                for server in servers {
                    let answer = try server.client().create(TestOrder(customer: "Eve"), key: "k")
                    #expect(answer.status == 422 && answer.error != nil, "\(answer.text)")
                }
                #expect(try deployment.hasDrained())
            }
            #expect(try deployment.stored().count() == 1)
        }

        @Test("What is no key is 400, and an invalid order is not remembered", arguments: Profile.allCases)
        func invalid(profile: Profile) throws {
            let deployment = try Deployment(profile)
            let client = try start(deployment)[0].client()
            let long = String(repeating: "k", count: 256)
            for headers in [
                ["Idempotency-Key:"], ["Idempotency-Key: \(long)"], ["Idempotency-Key: é"],
                ["Idempotency-Key: a\tb"], ["Idempotency-Key: a", "idempotency-key: a"],
            ] {
                let answer = try client.request("POST", "/orders", headers: headers, body: order.body)
                #expect(answer.status == 400 && answer.error?.contains("Idempotency-Key") == true, "\(headers)")
            }
            let bad = try client.request(
                "POST", "/orders", headers: ["Idempotency-Key: k"], body: #"{"customer_name":"","items":[]}"#)
            #expect(bad.status == 400)
            #expect(try client.create(order, key: String(long.dropLast())).status == 202)
            let first = try client.create(order, key: "k")
            #expect(first.status == 202 && !first.isReplayed)
            // Elsewhere it means nothing.
            let id = try #require(first.json["order_id"]?.text)
            for _ in 0..<2 {
                let answer = try client.request(
                    "PATCH", "/orders/\(id)/status", headers: ["Idempotency-Key: k"], body: #"{"status":"paid"}"#)
                #expect(answer.status == 202 && !answer.isReplayed)
            }
            #expect(try deployment.hasDrained())
            #expect(try deployment.stored().count() == 2)
        }

        @Test("1,000 concurrent retries of one request create one order", arguments: Profile.allCases)
        func concurrent(profile: Profile) throws {
            let deployment = try Deployment(profile)
            let servers = try start(deployment, ["DB_WRITE_LAG_MS": "20", "API_WORKERS": "4"])
            let answers = Mutex<[HTTPAnswer]>([])
            let order = order
            try onThreads(100) { number in
                let client = servers[number % servers.count].client()
                for _ in 0..<10 {
                    let answer = try client.create(order, key: "the same")
                    answers.withLock { $0.append(answer) }
                }
            }
            let all = answers.withLock { $0 }
            #expect(all.count == 1000)
            #expect(all.allSatisfy { $0.status == 202 || ($0.status == 409 && $0["retry-after"] != nil) })
            let accepted = all.filter { $0.status == 202 }
            #expect(Set(accepted.map(\.text)).count == 1)
            #expect(accepted.count { !$0.isReplayed } == 1)
            #expect(try deployment.hasDrained())
            #expect(try deployment.stored().count() == 1)
        }

        @Test(
            "Without its Redis data the cluster finds what was applied in the database",
            arguments: Profile.clusters)
        func wiped(profile: Profile) throws {
            let deployment = try Deployment(profile)
            let servers = try start(deployment)
            let first = try servers[0].client().create(order, key: "k")
            #expect(try deployment.hasDrained())
            for _ in 0..<2 {
                _ = try deployment.space?.redis("FLUSHDB")
                #expect(try servers[1].client().create(TestOrder(customer: "Eve"), key: "k").status == 422)
                _ = try deployment.space?.redis("FLUSHDB")
                for server in servers { try expectReplay(of: first, by: server) }
            }
            #expect(try deployment.hasDrained())
            #expect(try deployment.stored().count() == 1)
        }

        @Test("An embedded server that is killed after its answer still knows the key", arguments: [false, true])
        func killed(isApplied: Bool) throws {
            let deployment = try Deployment(.embedded)
            let server = try deployment.start(["DB_WRITE_LAG_MS": isApplied ? "0" : "600000"])
            let first = try server.client().create(order, key: "k")
            #expect(first.status == 202)
            if isApplied { #expect(try deployment.hasDrained()) }
            server.crash()
            let next = try deployment.start(["DB_WRITE_LAG_MS": isApplied ? "0" : "200"])
            try expectReplay(of: first, by: next)
            #expect(try next.client().create(TestOrder(customer: "Eve"), key: "k").status == 422)
            #expect(try deployment.hasDrained())
            try expectReplay(of: first, by: next)
            #expect(try deployment.stored().count() == 1)
        }

        @Test("While the first request waits for the disk a retry is told so, and the first gets its answer")
        func runningEmbedded() throws {
            let deployment = try Deployment(.embedded)
            // One loop reads what has come on a connection that it knows before it knows of a new one.
            let server = try deployment.start(["API_WORKERS": "1"])
            let waiting = server.client()
            #expect(try waiting.get("/health").status == 200)
            let file = try SQLiteFile(deployment.directory.file("queue.db"))
            try file.execute("BEGIN IMMEDIATE")
            try waiting.send(Self.request(order))
            let retry = try server.client().create(order, key: "k")
            #expect(retry.status == 409 && retry["retry-after"] == "1" && retry.error != nil, "\(retry.text)")
            #expect(try server.client().create(TestOrder(customer: "Eve"), key: "k").status == 422)
            try file.execute("ROLLBACK")
            let first = try waiting.receive()
            #expect(first.status == 202)
            try expectReplay(of: first, by: server)
        }

        private static func request(_ order: TestOrder) -> String {
            "POST /orders HTTP/1.1\r\nHost: test\r\nIdempotency-Key: k\r\nContent-Length: \(order.body.utf8.count)\r\n\r\n"
                + order.body
        }

        @Test("While the broker stands still a retry is told that the first runs; then it creates the order once")
        func frozenBroker() throws {
            let servers = try ClusterServers.breakable.get()
            let deployment = try Deployment(.clusterMariaDB, on: servers)
            let instances = try start(deployment)
            #expect(servers.rabbit.freeze())
            let waiting = instances[0].client()
            try waiting.send(Self.request(order))
            // Otherwise a retry could be the first.
            #expect(try eventually { try deployment.space?.redis("EXISTS", "orders:idempotency:k").first == "1" })
            for server in instances {
                let retry = try server.client().create(order, key: "k")
                #expect(retry.status == 409 && retry["retry-after"] == "1", "\(retry.text)")
            }
            let first = try waiting.receive()
            #expect(first.status == 503 && first.error?.contains("may or may not") == true, "\(first.text)")
            servers.rabbit.thaw()

            // The broker has the message of the first attempt, too.
            var second: HTTPAnswer?
            #expect(
                try eventually {
                    let answer = try instances[1].client().create(order, key: "k")
                    if answer.status == 202 { second = answer }
                    return second != nil
                })
            let accepted = try #require(second)
            for server in instances {
                #expect(try Accepted(server.client().create(order, key: "k")) == Accepted(accepted))
            }
            #expect(try deployment.hasDrained(within: 60))
            let id = try #require(accepted.json["order_id"]?.text)
            #expect(try deployment.stored().orders() == [id: order])
            for server in instances { #expect(try server.client().show(id).json == order.json(id: id)) }
        }

        @Test("Without Redis a request with a key is refused, and one without is not")
        func withoutRedis() throws {
            let servers = try ClusterServers.breakable.get()
            let deployment = try Deployment(.clusterSQLite, on: servers)
            let server = try start(deployment)[0]
            let first = try server.client().create(order, key: "k")
            #expect(try deployment.hasDrained())
            servers.redis.kill()
            let refused = try server.client().create(order, key: "k")
            #expect(refused.status == 503 && refused["retry-after"] == "1" && refused.error?.contains("Redis") == true)
            // Not in the first moment, in which Redis could be back.
            #expect(try eventually { try server.client().create(order).status == 202 })
            try servers.redis.start()
            // It comes back empty; each loop connects again by itself.
            #expect(try eventually { try server.client().get("/ready").json["status"]?.text == "ready" })
            try expectReplay(of: first, by: server)
            #expect(try deployment.hasDrained())
            #expect(try deployment.stored().count() == 2)
        }

        @Test("Without a cache the cluster says that it keeps no keys; the embedded service keeps them")
        func withoutCache() throws {
            let cluster = try Deployment(.clusterSQLite)
            let client = try cluster.start(["CACHE_DISABLED": "true"]).client()
            let answer = try client.create(order, key: "k")
            #expect(answer.status == 501 && answer.error?.contains("Idempotency-Key") == true)
            #expect(try client.create(order).status == 202)

            let embedded = try Deployment(.embedded)
            let server = try embedded.start(["CACHE_DISABLED": "true"])
            let first = try server.client().create(order, key: "k")
            try expectReplay(of: first, by: server)
            #expect(try embedded.hasDrained())
            try expectReplay(of: first, by: server)
        }
    }
}
