import TestServers
import Testing

extension SystemTests {
    @Suite("Tests/locustfile.py") struct LocustTests {
        @Test("A shop full of customers gets no wrong answer", arguments: [Profile.embedded, .clusterMariaDB])
        func shop(profile: Profile) throws {
            let deployment = try Deployment(profile)
            // With the simulated lag, so that orders are read while they wait.
            let server = try deployment.start(["DB_WRITE_LAG_MS": "300"])
            let tool = try PythonTool(
                "locust",
                [
                    "--locustfile", "\(PythonTool.root)/Tests/locustfile.py",
                    "--host", "http://127.0.0.1:\(server.port)", "--headless", "--users", "50", "--spawn-rate", "50",
                    "--run-time", "20s", "--csv", "shop", "--only-summary",
                ],
                in: deployment.directory, within: 120)
            // 1 when a request failed.
            #expect(tool.end == .exited(0), "\(tool.text)")
            let counts = try Self.counts(deployment.directory.file("shop_stats.csv"))
            #expect(counts["Aggregated"]?.failures == 0, "\(tool.text)")
            // 50 users with 0.3 seconds between two tasks would do some 3300; a busy machine does less.
            #expect(counts["Aggregated"]?.requests ?? 0 >= 1000, "\(tool.text)")
            let missing = Self.names.filter { counts[$0]?.requests ?? 0 == 0 }
            #expect(missing.isEmpty, "\(tool.text)")
            #expect(server.stop() == .exited(0))
        }

        /// What the requests of the five tasks are called.
        private static let names = [
            "/orders", "/orders/{id} (listed)", "/orders/{id} (own)", "/orders/{id}/status", "/orders/{id}",
        ]

        /// Requests and failures by name, from the file of statistics.
        private static func counts(_ path: String) throws -> [String: (requests: Int, failures: Int)] {
            let lines = try #require(FileContent.text(of: path)).split(whereSeparator: \.isNewline)
            var counts: [String: (requests: Int, failures: Int)] = [:]
            // Type,Name,Request Count,Failure Count,...
            for fields in lines.dropFirst().map({ $0.split(separator: ",", omittingEmptySubsequences: false) }) {
                try #require(fields.count > 3)
                let name = String(fields[1])
                counts[name, default: (0, 0)].requests += try #require(Int(fields[2]))
                counts[name, default: (0, 0)].failures += try #require(Int(fields[3]))
            }
            return counts
        }
    }
}
