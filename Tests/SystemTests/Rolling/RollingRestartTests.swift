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
            try expectNothingNoticed(load, [wrk], deployment)
            for server in instances.all { #expect(server.stop() == .exited(0)) }
        }

        @Test("On one port, which the new instance shares with the old one for a while, no request fails either")
        func onOnePort() throws {
            let deployment = try Deployment(.clusterMariaDB)
            let port = FreePort.next()
            var server = try start(deployment, port: port, ["REUSE_PORT": "true"])
            let load = RollingLoad(Self.clients, port: port)
            let url = "http://127.0.0.1:\(port)/orders?limit=5"
            let wrks = [try WrkRun(url: url), try WrkRun(url: url, keepsAlive: false)]
            #expect(load.hasAccepted(300))
            for _ in 0..<3 {
                // It listens when it is ready, not before.
                let new = try start(deployment, port: port, ["REUSE_PORT": "true"])
                #expect(server.stop() == .exited(0), "\(server.log)")
                server = new
                #expect(load.hasAccepted(100))
            }
            try expectNothingNoticed(load, wrks, deployment)
            #expect(server.stop() == .exited(0))
        }

        @Test("Without REUSE_PORT a second instance on the same port doesn't start, and says why")
        func portInUse() throws {
            let deployment = try Deployment(.clusterSQLite)
            let first = try deployment.start()
            let second = try deployment.run(["serve"], ["PORT": "\(first.port)"])
            #expect(second.end == .exited(1))
            #expect(second.errors.contains("bind(127.0.0.1:\(first.port)): Address already in use"), "\(second.errors)")
            #expect(try first.client().get("/ready").status == 200)
            #expect(first.stop() == .exited(0))
        }

        private func expectNothingNoticed(_ load: RollingLoad, _ wrks: [WrkRun], _ deployment: Deployment) throws {
            let reports = try wrks.map { try $0.stop() }
            try load.stop()
            print(load.summary, reports.joined())
            for report in reports { #expect(WrkRun.isClean(report), "\(report)") }
            #expect(load.outcomes.subtracting(Self.expected).isEmpty, "\(load.summary)")
            #expect(try deployment.hasDrained(within: 60))
            try load.audit(deployment)
        }

        private func start(
            _ deployment: Deployment, port: UInt16, _ settings: [String: String] = [:]
        ) throws -> ServerProcess {
            let all = Self.settings.merging(settings) { $1 }
            return try deployment.start(all.merging(["PORT": "\(port)"]) { $1 })
        }
    }
}
