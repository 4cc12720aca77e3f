import TestServers
import Testing

extension SystemTests {
    @Suite("GET /metrics") struct MetricsTests {
        @Test("Known requests and jobs are counted exactly, on every profile", arguments: Profile.allCases)
        func knownRequests(profile: Profile) throws {
            let deployment = try Deployment(profile)
            let server = try deployment.start(["API_WORKERS": "2"])
            let client = server.client()
            let ids = try (0..<5).map { number in
                try #require(try client.create(TestOrder(customer: "c\(number)")).json["order_id"]?.text)
            }
            let orders = (0..<3).map { TestOrder(customer: "b\($0)").body } + ["{}"]
            let batch = try client.request(
                "POST", "/orders/batch", headers: [], body: "[\(orders.joined(separator: ","))]")
            #expect(batch.status == 202 && batch.json["accepted"] == .integer(3))
            #expect(try client.update(ids[0], status: "packed").status == 202)
            #expect(try client.delete(ids[1]).status == 202)
            #expect(try client.create("{}").status == 400)
            #expect(try client.get("/nowhere").status == 404)
            #expect(try client.request("PUT", "/orders").status == 405)
            #expect(try client.request("HEAD", "/health").status == 200)
            try client.send("nonsense\r\n\r\n")
            #expect(try client.receive().status == 400)
            client.close()
            #expect(try deployment.hasDrained())
            #expect(try client.show(QueuedJob.orderID(99)).status == 404)

            let metrics = try ScrapedMetrics(from: server)
            #expect(metrics.requests("POST /orders", 202) == 5 && metrics.requests("POST /orders", 400) == 1)
            #expect(metrics.requests("POST /orders/batch", 202) == 1)
            #expect(metrics.requests("PATCH /orders/{id}/status", 202) == 1)
            #expect(metrics.requests("DELETE /orders/{id}", 202) == 1)
            #expect(metrics.requests("GET /orders/{id}", 404) == 1)
            #expect(metrics.requests("GET /health", 200) == 1)
            #expect(metrics.requests("unknown", 404) == 1 && metrics.requests("unknown", 405) == 1)
            #expect(metrics.requests("unreadable", 400) == 1)
            #expect(metrics.requests("GET /metrics", 200) == 0)
            #expect(metrics.sum("http_requests_total") == metrics.sum("http_request_seconds_count"))
            #expect(metrics.sum("shed_requests_total") == 0)
            try expectJobs(metrics)
            expectParts(metrics, profile)
            #expect(metrics["orders_in_flight"] == 0)
            #expect(try ScrapedMetrics(from: server).requests("GET /metrics", 200) == 1)
            // This client's connection and that of the scrape; those before may still be closing.
            #expect(try eventually { try ScrapedMetrics(from: server)["connections"] == 2 })
            #expect(server.stop() == .exited(0))
        }

        /// Of eight orders, one of them changed and one deleted.
        private func expectJobs(_ metrics: ScrapedMetrics) throws {
            #expect(metrics["orders_accepted_total", #"type="create_order""#] == 8)
            #expect(metrics["orders_accepted_total", #"type="update_order_status""#] == 1)
            #expect(metrics["orders_accepted_total", #"type="delete_order""#] == 1)
            #expect(metrics.sum("orders_not_accepted_total") == 0)
            #expect(metrics["jobs_applied_total", #"result="created""#] == 8)
            #expect(metrics["jobs_applied_total", #"result="updated""#] == 1)
            #expect(metrics["jobs_applied_total", #"result="deleted""#] == 1)
            #expect(metrics.sum("jobs_applied_total") == metrics.sum("orders_accepted_total"))
            #expect(metrics["accept_to_applied_seconds_count"] == 10)
            #expect(metrics["batch_jobs_sum"] == 10 && metrics["message_jobs_sum"] == 10)
            #expect(metrics["dead_letters_total"] == 0 && metrics.sum("retries_total") == 0)
            #expect(metrics["backlog_jobs"] == 0 && metrics["backlog_oldest_seconds"] == 0)
            let age = try #require(metrics["accept_to_applied_seconds_sum"])
            #expect((0...600).contains(age))
        }

        private func expectParts(_ metrics: ScrapedMetrics, _ profile: Profile) {
            let isEmbedded = profile == .embedded
            let parts = ["queue", "delivery", "database", "reads"] + (isEmbedded ? [] : ["cache"])
            for part in parts { #expect(metrics["dependency_up", "part=\"\(part)\""] == 1, "\(part)") }
            #expect(metrics.sum("dependency_up") == Double(parts.count))
            for name in ["broker_", "redis_"] { #expect(metrics.hasFamily(name) != isEmbedded) }
            #expect(metrics.hasFamily("queue_commit_") == isEmbedded)
            if isEmbedded {
                #expect(metrics["queue_commit_jobs_sum"] == 10 && metrics["queue_commit_failures_total"] == 0)
            } else {
                #expect(metrics["broker_jobs_published_total"] == 10)
                #expect(metrics["broker_jobs_total", #"outcome="confirmed""#] == 10)
                #expect(metrics.sum("broker_jobs_total") == 10 && metrics["broker_unconfirmed_messages"] == 0)
                #expect(metrics["broker_confirm_seconds_count"] == metrics["message_jobs_count"])
                #expect(metrics["broker_state", #"state="open""#] == 1 && metrics.sum("broker_state") == 1)
                #expect(metrics["redis_connections"] == 2)
            }
            let mode = isEmbedded ? "embedded" : "cluster"
            #expect(metrics.samples.keys.contains { $0.hasPrefix("spillway_build_info{mode=\"\(mode)\",version=") })
            for loop in 0..<2 {
                #expect(metrics["loop_stalled", "loop=\"\(loop)\""] == 0)
                #expect(metrics["loop_mailbox_messages", "loop=\"\(loop)\""] != nil)
                #expect(metrics["loop_longest_turn_seconds", "loop=\"\(loop)\""] ?? 0 > 0)
            }
            #expect(metrics["process_resident_memory_bytes"] ?? 0 > 1_000_000)
            #expect(metrics["process_open_descriptors"] ?? 0 > 5)
            #expect(metrics["start_time_seconds"] ?? 0 > 1_700_000_000)
        }

        @Test("Reads are counted by where they were answered", arguments: Profile.allCases)
        func cacheLevels(profile: Profile) throws {
            let deployment = try Deployment(profile)
            var settings = ["TEMP_ORDER_CACHE_TTL": "0", "DB_WRITE_LAG_MS": "600000"]
            let slow = try deployment.start(settings)
            let client = slow.client()
            let id = try #require(try client.create(TestOrder(customer: "Ada")).json["order_id"]?.text)
            for _ in 0..<2 { #expect(try client.show(id).status == 200) }
            var metrics = try ScrapedMetrics(from: slow)
            #expect(reads("order", metrics) == [2, 0, 0])
            #expect(metrics["backlog_jobs"] == 1 && metrics["jobs_applied_total", #"result="created""#] == 0)
            #expect(metrics["backlog_oldest_seconds"] ?? -1 >= 0)
            #expect(slow.stop() == .exited(0))

            settings["DB_WRITE_LAG_MS"] = "0"
            let server = try deployment.start(settings)
            #expect(try deployment.hasDrained())
            let next = server.client()
            for _ in 0..<3 {
                #expect(try next.show(id).status == 200)
                // What was read is put into Redis behind the answer.
                #expect(try next.get("/orders").status == 200)
            }
            metrics = try ScrapedMetrics(from: server)
            #expect(reads("order", metrics) == [0, 2, 1])
            #expect(reads("list", metrics) == [nil, 2, 1])
            #expect(metrics["backlog_jobs"] == 0 && metrics["jobs_applied_total", #"result="created""#] == 1)
            #expect(server.stop() == .exited(0))
        }

        /// Pending, cached, database.
        private func reads(_ what: String, _ metrics: ScrapedMetrics) -> [Double?] {
            ["pending", "cached", "database"].map { metrics["\(what)_reads_total", "level=\"\($0)\""] }
        }

        @Test("METRICS=false: there is no such resource; HEAD is answered as GET, but for the body, where there is")
        func turnedOff() throws {
            let off = try ServerProcess(in: TemporaryDirectory(), ["METRICS": "false"])
            #expect(try off.client().get("/metrics").status == 404)
            #expect(off.stop() == .exited(0))
            let on = try ServerProcess(in: TemporaryDirectory())
            let answer = try on.client().request("HEAD", "/metrics")
            #expect(answer.status == 200 && answer.body.isEmpty)
            #expect(answer["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
            #expect(on.stop() == .exited(0))
        }

        @Test("An instance without workers has nothing of theirs")
        func apiAlone() throws {
            let deployment = try Deployment(.clusterSQLite)
            let server = try deployment.start(command: "api")
            #expect(try server.client().create(TestOrder(customer: "Ada")).status == 202)
            let metrics = try ScrapedMetrics(from: server)
            #expect(metrics.sum("orders_accepted_total") == 1 && metrics.hasFamily("broker_state"))
            for name in ["jobs_applied", "accept_to_applied", "batch_jobs", "backlog", "dead_letters", "retries"] {
                #expect(!metrics.hasFamily(name), "\(name)")
            }
            #expect(server.stop() == .exited(0))
        }
    }
}
