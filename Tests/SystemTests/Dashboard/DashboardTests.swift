import Glibc
import TestServers
import Testing

extension SystemTests {
    @Suite("GET /dashboard") struct DashboardTests {
        private static let profiles = [Profile.embedded, .clusterMariaDB]

        @Test("Its events say what was done: counts, rates, states of the dependencies", arguments: profiles)
        func figures(profile: Profile) throws {
            let deployment = try Deployment(profile)
            let server = try deployment.start()
            let viewer = try EventStream(server)
            #expect(viewer.head.status == 200 && viewer.head["content-type"] == "text/event-stream")
            #expect(viewer.head["transfer-encoding"] == "chunked" && viewer.head["cache-control"] == "no-store")
            let before = try #require(try viewer.next())
            #expect(before["accepted", "total"] == .integer(0) && before["accepted", "per_second"] == .null)
            #expect(before["instance", "pid"] == .integer(Int(server.process.pid)))
            #expect(before["instance", "profile"] == .string(profile == .embedded ? "embedded" : "cluster"))

            let client = server.client()
            let ids = try (0..<40).map { number in
                try #require(try client.create(TestOrder(customer: "seen \(number)")).json["order_id"]?.text)
            }
            for id in ids.prefix(10) { #expect(try client.update(id, status: "packed").status == 202) }
            for id in ids.suffix(5) { #expect(try client.delete(id).status == 202) }
            for id in ids.prefix(20) { #expect(try client.show(id).status == 200) }
            let jobs = 55
            var rates: [Double] = []
            let after = try viewer.first { event in
                rates.append(event["accepted", "per_second"]?.number ?? 0)
                return event["accepted", "total"] == .integer(jobs) && event["applied", "total"] == .integer(jobs)
            }
            let event = try #require(after)
            #expect(rates.contains { $0 > 0 })
            // Of reads that were under way in the loops when they were asked, too.
            func reads(_ event: EventStream.Event) -> Int {
                (event.json["reads"]?.array ?? []).compactMap { $0["total"]?.integer }.reduce(0, +)
            }
            #expect(try viewer.first { reads($0) >= 20 } != nil)
            #expect(event["backlog", "jobs"] == .integer(0) && event.json["dead_letters"] == .integer(0))
            #expect(event["age", "p99_ms"]?.number ?? -1 >= event["age", "p50_ms"]?.number ?? 0)
            #expect(event["requests", "p99_ms"]?.number ?? -1 >= event["requests", "p50_ms"]?.number ?? 0)
            #expect(event["shed", "total"] == .integer(0) && event.json["draining"] == .boolean(false))
            #expect(event.json["connections"]?.integer ?? 0 >= 2)
            #expect(event.json["memory_bytes"]?.integer ?? 0 > 1 << 20)
            let parts = event.json["parts"]?.array ?? []
            let names = ["queue", "delivery", "database", "reads"] + (profile == .embedded ? [] : ["cache"])
            #expect(parts.compactMap { $0["name"]?.text } == names)
            #expect(parts.allSatisfy { $0["state"] == .string("working") && ($0["since"]?.integer ?? 0) > 0 })
            // What no longer happens has no rate.
            #expect(try viewer.first { $0["accepted", "per_second"]?.number == 0 } != nil)
            #expect(server.stop() == .exited(0))
            while try viewer.next() != nil {}
            #expect(try viewer.endsCleanly())
        }

        @Test("A dependency that fails is there with its error, and its error stays when it works again")
        func failure() throws {
            let directory = TemporaryDirectory()
            let server = try ServerProcess(in: directory)
            let viewer = try EventStream(server)
            let file = try SQLiteFile(directory.file("orders.db"))
            func database(_ event: EventStream.Event) -> JSON? {
                event.json["parts"]?.array?.first { $0["name"] == .string("database") }
            }
            try file.execute("BEGIN IMMEDIATE")
            #expect(try server.client().create(TestOrder(customer: "waits")).status == 202)
            let failing = try viewer.first { database($0)?["state"] == .string("failing") }
            #expect(failing.flatMap { database($0)?["error"]?.text }?.isEmpty == false)
            #expect(failing?["backlog", "jobs"] == .integer(1))
            try file.execute("ROLLBACK")
            let working = try viewer.first { database($0)?["state"] == .string("working") }
            #expect(working.flatMap { database($0)?["error"]?.text }?.isEmpty == false)
            #expect(server.stop() == .exited(0))
        }

        @Test("All viewers get the same events, whichever loop has them")
        func twoViewers() throws {
            let server = try ServerProcess(in: TemporaryDirectory())
            // Of four loops that the kernel chooses from, eight connections hardly all get one.
            let viewers = try (0..<8).map { _ in try EventStream(server) }
            var common: Set<String>?
            for viewer in viewers {
                let texts = Set(try (0..<4).map { _ in try #require(try viewer.next()).text })
                common = common?.intersection(texts) ?? texts
            }
            #expect(common?.isEmpty == false)
            #expect(server.stop() == .exited(0))
            for viewer in viewers {
                while try viewer.next() != nil {}
                #expect(try viewer.endsCleanly())
            }
        }

        @Test("A viewer that doesn't read is closed, and the others don't notice")
        func deafViewer() throws {
            let server = try ServerProcess(in: TemporaryDirectory(), ["WRITE_TIMEOUT_MS": "1000"])
            let reader = try EventStream(server)
            let deaf = try EventStream(server, receiveBufferBytes: 1024)
            #expect(try reader.first { $0.json["connections"] == .integer(2) } != nil)
            #expect(try reader.first { $0.json["connections"] == .integer(1) } != nil)
            #expect(try reader.next() != nil)
            while try deaf.next() != nil {}
            #expect(!deaf.isWhole)
            #expect(server.stop() == .exited(0))
        }

        @Test("A stop ends the streams at once, also that of a viewer who doesn't read")
        func drain() throws {
            let server = try ServerProcess(in: TemporaryDirectory(), ["WRITE_TIMEOUT_MS": "600000"])
            let reader = try EventStream(server)
            let deaf = try EventStream(server, receiveBufferBytes: 1024)
            #expect(eventually { SocketTable.unsentBytes(port: server.port).contains { $0 > 0 } })
            // More than the kernel takes has to wait in the server.
            for _ in 0..<10 { #expect(try reader.next() != nil) }
            server.process.send(SIGTERM)
            #expect(server.process.waitForEnd(within: 15) == .exited(0))
            while try reader.next() != nil {}
            #expect(try reader.endsCleanly())
            while try deaf.next() != nil {}
        }

        @Test("Switched off, there is none, and the service is the same otherwise")
        func off() throws {
            let server = try ServerProcess(in: TemporaryDirectory(), ["DASHBOARD": "false"])
            let client = server.client()
            for path in ["/dashboard", "/dashboard/events"] {
                let answer = try client.get(path)
                #expect(answer.status == 404 && answer.error != nil)
            }
            #expect(try client.get("/metrics").status == 200)
            #expect(server.stop() == .exited(0))
        }

        @Test("Events are in the access log when they end, and the page at once")
        func accessLog() throws {
            let directory = TemporaryDirectory()
            let path = directory.file("access.log")
            let server = try ServerProcess(
                in: directory, ["ACCESS_LOG_FILE": path, "ACCESS_LOG_FORMAT": "%(m)s %(U)s %(s)s %(B)s"])
            let page = try server.client().get("/dashboard")
            let viewer = try EventStream(server)
            #expect(try viewer.next() != nil)
            func lines() -> [String] { (FileContent.text(of: path) ?? "").split(separator: "\n").map(String.init) }
            #expect(eventually { lines().contains("GET /dashboard 200 \(page.body.count)") })
            #expect(!lines().contains { $0.hasPrefix("GET /dashboard/events") })
            #expect(server.stop() == .exited(0))
            #expect(lines().contains { $0.hasPrefix("GET /dashboard/events 200 ") && !$0.hasSuffix(" 0") })
        }
    }
}
