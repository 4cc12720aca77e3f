import Synchronization
import TestServers
import Testing

extension SystemTests {
    @Suite("What metrics say when something is wrong") struct MetricsFaultTests {
        @Test("Orders above a limit are counted as shed, with the reason")
        func shed() throws {
            let server = try ServerProcess(
                in: TemporaryDirectory(), ["MAX_PENDING_BYTES": "1", "DB_WRITE_LAG_MS": "600000"])
            let client = server.client()
            #expect(try client.create(TestOrder(customer: "taken")).status == 202)
            for _ in 0..<3 { #expect(try client.create(TestOrder(customer: "not taken")).status == 503) }
            let metrics = try ScrapedMetrics(from: server)
            #expect(metrics["shed_requests_total", #"reason="orders_waiting""#] == 3)
            #expect(metrics.sum("shed_requests_total") == 3)
            #expect(metrics.requests("POST /orders", 503) == 3 && metrics.requests("POST /orders", 202) == 1)
            #expect(metrics.sum("orders_accepted_total") == 1 && metrics.sum("orders_not_accepted_total") == 0)
            #expect(server.stop() == .exited(0))
        }

        @Test("Connections above the limit are counted as shed")
        func connections() throws {
            let server = try ServerProcess(in: TemporaryDirectory(), ["MAX_CONNECTIONS": "1", "API_WORKERS": "1"])
            // The one connection that was open while the server started may be closing still.
            let client = server.client()
            #expect(eventually { (try? client.get("/health").status) == 200 })
            let before = try ScrapedMetrics(client.get("/metrics"))["shed_requests_total", #"reason="connections""#]
            // The answer, a 503, can be lost with the connection.
            _ = try? server.client().get("/health")
            let metrics = try ScrapedMetrics(client.get("/metrics"))
            #expect(metrics["shed_requests_total", #"reason="connections""#] == (before ?? 0) + 1)
            #expect(server.stop() == .exited(0))
        }

        @Test("Jobs that are set aside are counted, and the others are applied")
        func deadLetters() throws {
            let directory = TemporaryDirectory()
            let first = try ServerProcess(in: directory, ["WORKER_COUNT": "1", "DB_WRITE_LAG_MS": "600000"])
            for name in ["a", "b"] { #expect(try first.client().create(TestOrder(customer: name)).status == 202) }
            #expect(first.stop() == .exited(0))
            let queue = try QueueFile(directory.file("queue.db"))
            try queue.put(PoisonedMessages.all)
            let server = try ServerProcess(in: directory, ["WORKER_COUNT": "1"])
            #expect(try queue.hasDrained())
            let metrics = try ScrapedMetrics(from: server)
            #expect(metrics["dead_letters_total"] == Double(PoisonedMessages.bad.count))
            #expect(
                metrics["jobs_applied_total", #"result="created""#] == Double(PoisonedMessages.created.count + 2))
            #expect(metrics["jobs_applied_total", #"result="updated""#] == 1)
            // What can't even be read never comes to a transaction.
            #expect(metrics["jobs_applied_total", #"result="rejected""#] == 0)
            #expect(metrics["backlog_jobs"] == 0)
            #expect(server.stop() == .exited(0))
        }

        @Test("Redis and the broker go away and come back: states, seconds and 503s say so")
        func cluster() throws {
            let servers = try ClusterServers.breakable.get()
            let deployment = try Deployment(.clusterSQLite, on: servers)
            let server = try deployment.start(["API_WORKERS": "2"])
            let client = server.client()
            servers.redis.kill()
            var metrics = try scrape(server) {
                $0["dependency_up", #"part="cache""#] == 0 && $0["redis_connections"] == 0
            }
            #expect(metrics["dependency_up", #"part="queue""#] == 1)
            try servers.redis.start()
            _ = try scrape(server) { $0["dependency_up", #"part="cache""#] == 1 && $0["redis_connections"] == 2 }

            servers.rabbit.kill()
            metrics = try scrape(server) { $0["broker_state", #"state="closed""#] == 1 }
            #expect(try client.create(TestOrder(customer: "refused")).status == 503)
            metrics = try ScrapedMetrics(from: server)
            #expect(metrics["dependency_up", #"part="queue""#] == 0)
            #expect(metrics["shed_requests_total", #"reason="queue""#] == 1)
            let before = try #require(metrics["broker_state_seconds_total", #"state="closed""#])
            try servers.rabbit.start()
            metrics = try scrape(server, within: 60) { $0["broker_state", #"state="open""#] == 1 }
            #expect(metrics["broker_state_seconds_total", #"state="closed""#] ?? 0 > before)
            #expect(metrics["broker_state_seconds_total", #"state="blocked""#] == 0)
            #expect(server.stop() == .exited(0))
        }

        /// Again and again until `condition` holds.
        private func scrape(
            _ server: ServerProcess, within seconds: Double = 30, until condition: (ScrapedMetrics) -> Bool
        ) throws -> ScrapedMetrics {
            var last = try ScrapedMetrics(from: server)
            let isMet = try eventually(within: seconds) {
                last = try ScrapedMetrics(from: server)
                return condition(last)
            }
            if !isMet { throw ScrapedMetrics.Failure(description: "\(last.samples)\n\(server.log)") }
            return last
        }

        @Test("Under load, scraped by several at once, it answers fast, and no count ever falls")
        func underLoad() throws {
            let server = try ServerProcess(in: TemporaryDirectory(), ["API_WORKERS": "2", "DB_WRITE_LAG_MS": "50"])
            let tally = Tally()
            let isDone = StopFlag()
            let load = ThreadGroup(4) { number in
                var client = LoadClient(name: "m\(number)", tally: tally, seed: UInt64(number))
                client.run(server.client(), isStopped: isDone)
            }
            let scrapes = 200
            let answers = Mutex<[(seconds: Double, text: HTTPAnswer)]>([])
            try onThreads(3) { _ in
                let client = server.client()
                for _ in 0..<scrapes {
                    let began = Timeout.now()
                    let answer = try client.get("/metrics")
                    let seconds = Timeout.now() - began
                    answers.withLock { $0.append((seconds, answer)) }
                }
            }
            isDone.set()
            try load.join()
            #expect(tally.violations.isEmpty, "\(tally.violations.prefix(3))")
            let all = answers.withLock { $0 }
            #expect(all.count == 3 * scrapes && all.allSatisfy { $0.text.status == 200 })
            // A loop that stalls would be waited for a second; three of four answers come in a small part of that.
            let times = all.map(\.seconds).sorted()
            #expect(times[times.count * 3 / 4] < 0.25, "\(times[times.count / 2]) \(times.last ?? 0)")
            #expect(all.allSatisfy { !$0.text.text.contains("spillway_loop_stalled{loop=\"0\"} 1") })
            let first = try ScrapedMetrics(all[0].text)
            let last = try ScrapedMetrics(from: server)
            for (name, value) in first.samples where name.contains("_total") || name.contains("_bucket") {
                #expect(last.samples[name] ?? -1 >= value, "\(name)")
            }
            #expect(last.requests("GET /metrics", 200) == Double(3 * scrapes))
            #expect(last.sum("orders_accepted_total") > 0)
            #expect(server.stop() == .exited(0))
        }
    }
}
