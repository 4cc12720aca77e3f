import Glibc
import TestServers
import Testing

extension SystemTests {
    /// One instance after the other is stopped and started again, while clients go on: none of them may notice.
    @Suite("Rolling restart") struct RollingRestartTests {
        private static let clients = 6
        private static let settings = ["DB_WRITE_LAG_MS": "50", "API_WORKERS": "2", "SHUTDOWN_NOTICE_MS": "1000"]
        /// What may come: orders that the client itself has deleted are 404.
        private static let expected: Set = ["POST 202", "PATCH 202", "DELETE 202", "GET 200", "GET 404"]

        @Test("Behind haproxy no request fails, and every 202 is in the database once")
        func behindBalancer() throws {
            let deployment = try Deployment(.clusterMariaDB)
            let ports = (0..<3).map { _ in FreePort.next() }
            let instances = Instances(try ports.map { try start(deployment, port: $0) })
            let balancer = try Balancer(to: ports)
            let load = RollingLoad(Self.clients, port: balancer.port)
            let wrk = try WrkRun(url: "http://127.0.0.1:\(balancer.port)/orders?limit=5")
            #expect(load.hasAccepted(300))
            for number in ports.indices {
                #expect(instances[number].stop() == .exited(0), "\(instances[number].log)")
                instances.replace(number, with: try start(deployment, port: ports[number]))
                #expect(load.hasAccepted(100))
            }
            let report = try #require(wrk.stop())
            try load.stop()
            print(load.summary, report)
            #expect(report.contains("requests in"))
            #expect(!report.contains("Non-2xx") && !report.contains("Socket errors"), "\(report)")
            #expect(load.outcomes.subtracting(Self.expected).isEmpty, "\(load.summary) \(balancer.log)")
            #expect(try deployment.hasDrained(within: 60))
            try load.audit(deployment)
            for server in instances.all { #expect(server.stop() == .exited(0)) }
        }

        private func start(_ deployment: Deployment, port: UInt16) throws -> ServerProcess {
            try deployment.start(Self.settings.merging(["PORT": "\(port)"]) { $1 })
        }
    }
}
