import Glibc
import TestServers
import Testing

extension SystemTests {
    /// As docs/operations.md says it is done.
    @Suite("Backup and restore") struct BackupTests {
        @Test(
            "Embedded: copies of both files, made while it is stopped, bring back what was accepted and not yet applied too"
        )
        func embedded() throws {
            let port = FreePort.next()
            let scripts = ServiceScripts(["HOST": "127.0.0.1", "PORT": "\(port)"])
            // A connection ends with the server.
            var client: HTTPClient { HTTPClient(port: port) }
            #expect(try scripts.start("--embedded", "--db-write-lag-ms", "0").end == .exited(0))
            let applied = try #require(try client.create(TestOrder(customer: "applied")).json["order_id"]?.text)
            #expect(try eventually { try client.total() == 1 })
            #expect(try scripts.stop().end == .exited(0))
            #expect(try scripts.start("--embedded", "--db-write-lag-ms", "600000").end == .exited(0))
            let queued = try #require(try client.create(TestOrder(customer: "queued")).json["order_id"]?.text)

            #expect(try scripts.stop().end == .exited(0))
            try shell("mkdir -p backup && cp database*.db* backup/", in: scripts.directory)
            #expect(try scripts.start("--embedded", "--db-write-lag-ms", "0").end == .exited(0))
            let later = try #require(try client.create(TestOrder(customer: "later")).json["order_id"]?.text)
            #expect(try eventually { try client.total() == 3 })

            #expect(try scripts.stop().end == .exited(0))
            try shell("rm database*.db*; cp backup/database*.db* .", in: scripts.directory)
            #expect(try scripts.start("--embedded", "--db-write-lag-ms", "0").end == .exited(0))
            #expect(try eventually { try client.total() == 2 })
            for id in [applied, queued] { #expect(try client.show(id).status == 200) }
            #expect(try client.show(later).status == 404)
            #expect(try scripts.stop().end == .exited(0))
        }

        @Test("Cluster: a dump that was made meanwhile brings back what it has; what is still queued comes to it")
        func cluster() throws {
            let deployment = try Deployment(.clusterMariaDB)
            let space = try #require(deployment.space)
            let server = try deployment.start()
            let client = server.client()
            let kept = try #require(try client.create(TestOrder(customer: "kept")).json["order_id"]?.text)
            #expect(try eventually { try client.total() == 1 })
            let login =
                "--no-defaults --host=127.0.0.1 --port=\(space.servers.maria.port) --user=\(MariaServer.user) "
                + "'--password=\(MariaServer.password)'"
            try shell(
                "mariadb-dump \(login) --single-transaction --databases \(space.databaseName) > orders.sql",
                in: deployment.directory)
            let gone = try #require(try client.create(TestOrder(customer: "gone")).json["order_id"]?.text)
            #expect(try eventually { try client.total() == 2 })
            #expect(server.stop() == .exited(0))
            let api = try deployment.start(command: "api")
            let queued = try #require(try api.client().create(TestOrder(customer: "queued")).json["order_id"]?.text)
            #expect(api.stop() == .exited(0))

            try shell("mariadb \(login) < orders.sql", in: deployment.directory)
            _ = try space.redis("FLUSHDB")
            let restored = try deployment.start()
            let reader = restored.client()
            #expect(try eventually { try reader.total() == 2 }, "\(restored.log)")
            for id in [kept, queued] { #expect(try reader.show(id).status == 200) }
            #expect(try reader.show(gone).status == 404)
            #expect(restored.stop() == .exited(0))
        }

        private func shell(_ command: String, in directory: TemporaryDirectory) throws {
            let shell = try ChildProcess("sh", ["-ec", command], directory: directory.path)
            let end = shell.waitForEnd(within: 60)
            #expect(end == .exited(0), "\(command): \(shell.errors.wholeText() ?? "")")
        }
    }
}
