import TestServers
import Testing

extension SystemTests {
    @Suite("TLS to Redis, RabbitMQ and MariaDB") struct TLSTests {
        @Test("With the right authority and name an order goes all its way")
        func verified() throws {
            let encrypted = try EncryptedServers.shared.get()
            let deployment = try Deployment(.clusterMariaDB, on: encrypted.servers)
            let server = try deployment.start(try settings(encrypted, deployment))
            let client = server.client()
            let order = TestOrder(customer: "Ada")
            let id = try #require(try client.create(order).json["order_id"]?.text)
            #expect(try client.show(id).json == order.json(id: id))
            let stored = try deployment.stored()
            #expect(try eventually { try stored.orders() == [id: order] })
            #expect(try deployment.space?.redis("DBSIZE") != "0\n")
            #expect(server.stop() == .exited(0))
        }

        @Test("A certificate for another name is refused in a clear line", arguments: Dependency.allCases)
        func wrongName(dependency: Dependency) throws {
            let encrypted = try EncryptedServers.shared.get()
            try expectRefusal(of: dependency) { space in
                try encrypted.settings(dependency, space, host: "127.0.0.1", trusting: encrypted.authority)
            }
        }

        @Test("A certificate of an unknown authority is refused in a clear line", arguments: Dependency.allCases)
        func unknownAuthority(dependency: Dependency) throws {
            let encrypted = try EncryptedServers.shared.get()
            try expectRefusal(of: dependency) { space in
                try encrypted.settings(dependency, space, trusting: encrypted.stranger)
            }
        }

        /// The others are as they should be.
        private func expectRefusal(
            of dependency: Dependency, _ wrong: (ClusterSpace) throws -> [String: String]
        ) throws {
            let encrypted = try EncryptedServers.shared.get()
            let deployment = try Deployment(.clusterMariaDB, on: encrypted.servers)
            let space = try #require(deployment.space)
            let settings = try settings(encrypted, deployment).merging(try wrong(space)) { $1 }
            let server = try deployment.start(settings, until: .listening)
            let complaint = Complaint(of: dependency)
            #expect(
                complaint.isMade(by: server) { line in
                    ["certificate", "host name", "hostname", "mismatch", "verif"].contains {
                        line.lowercased().contains($0)
                    }
                }, "\(server.log)")
            try complaint.expectNotReady(server)
            #expect(server.stop() == .exited(0))
        }

        private func settings(_ encrypted: EncryptedServers, _ deployment: Deployment) throws -> [String: String] {
            let space = try #require(deployment.space)
            return try Dependency.allCases.reduce(into: [:]) { all, dependency in
                all.merge(try encrypted.settings(dependency, space, trusting: encrypted.authority)) { $1 }
            }
        }
    }
}
