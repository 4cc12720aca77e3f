import TestServers
import Testing

extension SystemTests {
    /// On two instances, with clients that ask the other one at every request.
    @Suite("Faults under load") struct FaultTests {
        private static let settings = ["DB_WRITE_LAG_MS": "50", "API_WORKERS": "2"]

        @Test(
            "Nothing that was acknowledged is lost, nobody waits for long, and the service heals by itself",
            arguments: Fault.allCases)
        func serverFault(fault: Fault) throws {
            let servers = try ClusterServers.breakable.get()
            let deployment = try Deployment(.clusterMariaDB, on: servers)
            let instances = try (0..<2).map { _ in try deployment.start(Self.settings) }
            let run = FaultRun(deployment, instances, fault.tolerance)
            let queues = try #require(deployment.space).partitionQueues
            try run.load { try fault.inflict(on: servers, queues: queues) }
            for server in instances { fault.expectNoticed(by: server) }
            try run.audit()
        }

        @Test(
            "An instance that is killed has lost nothing, and one that is started in its place goes on",
            arguments: Profile.allCases)
        func killedInstance(profile: Profile) throws {
            let deployment = try Deployment(profile)
            let count = profile == .embedded ? 1 : 2
            let instances = try (0..<count).map { _ in try deployment.start(Self.settings) }
            let run = FaultRun(deployment, instances, .init(lostConnections: true))
            try run.load {
                run.instances[0].crash()
                run.instances.replace(0, with: try deployment.start(Self.settings))
            }
            try run.audit()
        }
    }
}
