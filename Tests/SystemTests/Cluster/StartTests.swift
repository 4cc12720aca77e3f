import TestServers
import Testing

extension SystemTests {
    @Suite("Starting on the cluster") struct StartTests {
        @Test("The log says of Redis, RabbitMQ and the database that they answer", arguments: Profile.clusters)
        func reachable(profile: Profile) throws {
            let server = try Deployment(profile).start()
            for dependency in Dependency.allCases {
                let isSaid = eventually {
                    server.process.errors.lines.contains { dependency.isNamed(in: $0) && $0.contains(" answers ") }
                }
                #expect(isSaid, "\(dependency): \(server.log)")
            }
            #expect(!server.log.contains("does not answer"), "\(server.log)")
            for secret in [MariaServer.password, MariaServer.passwordInURL] { #expect(!server.log.contains(secret)) }
            #expect(server.stop() == .exited(0))
        }

        @Test(
            "Whoever can't be reached is named with the reason, and the service keeps trying",
            arguments: Dependency.allCases)
        func unreachable(dependency: Dependency) throws {
            let port = FreePort.next()
            let server = try Deployment(.clusterMariaDB).start(dependency.settings(port: port), until: .listening)
            try expectComplaint(of: dependency, server) {
                $0.contains("127.0.0.1:\(port)") && dependency.saysThatNobodyListens($0)
            }
        }

        @Test("A wrong password is said to be one", arguments: Dependency.allCases)
        func wrongPassword(dependency: Dependency) throws {
            let deployment = try Deployment(.clusterMariaDB)
            let space = try #require(deployment.space)
            let server = try deployment.start(dependency.settingsWithWrongPassword(space), until: .listening)
            let words = ["password", "denied", "refused", "auth", "login"]
            try expectComplaint(of: dependency, server) { line in words.contains { line.lowercased().contains($0) } }
        }

        /// The others are as they should be.
        private func expectComplaint(
            of dependency: Dependency, _ server: ServerProcess, _ isClear: @escaping (String) -> Bool
        ) throws {
            let complaint = Complaint(of: dependency)
            let isMade = complaint.isMade(by: server, isClear)
            #expect(isMade, "\(server.log)")
            try complaint.expectNotReady(server)
            #expect(server.stop() == .exited(0))
        }

        @Test("It has its queues in the virtual host that it is told")
        func virtualHost() throws {
            let deployment = try Deployment(.clusterSQLite)
            let space = try #require(deployment.space)
            let host = "shop"
            #expect(try space.servers.rabbit.control("add_vhost", host) != nil)
            #expect(try space.servers.rabbit.control("set_permissions", "-p", host, "guest", ".*", ".*", ".*") != nil)
            let server = try deployment.start(["RABBITMQ_VHOST": host, "RABBITMQ_PARTITIONS": "2"])
            let client = server.client()
            #expect(try client.create(TestOrder(customer: "Ada")).status == 202)
            #expect(try eventually { try client.total() == 1 })
            let queues = ["0", "1", "dead", "2"].map { "\(space.queueName).\($0)" }
            var other = space.otherClient
            #expect(try other.waiting(in: queues) == [nil, nil, nil, nil])
            other.virtualHost = host
            #expect(try other.waiting(in: queues) == [0, 0, 0, nil])
            #expect(server.stop() == .exited(0))
        }

        @Test("A service that started without Redis, RabbitMQ and MariaDB goes on when they come")
        func lateServers() throws {
            let servers = try ClusterServers.breakable.get()
            let deployment = try Deployment(.clusterMariaDB, on: servers)
            servers.redis.kill()
            servers.rabbit.kill()
            servers.maria.kill()
            let server = try deployment.start(until: .listening)
            let client = server.client()
            let answer = try client.create(TestOrder(customer: "early"))
            #expect(answer.status == 503 && answer["retry-after"] != nil, "\(answer.status) \(answer.text)")
            #expect(try client.get("/ready").status == 503)
            try servers.redis.start()
            try servers.maria.start()
            try servers.rabbit.start()
            #expect(try eventually { try client.get("/ready").json["status"]?.text == "ready" }, "\(server.log)")
            #expect(try client.create(TestOrder(customer: "late")).status == 202)
            #expect(try eventually { try client.total() == 1 })
            #expect(server.stop() == .exited(0))
        }
    }
}
