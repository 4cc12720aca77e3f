import TestServers
import Testing

extension SystemTests {
    @Suite("Faults under load") struct FaultTests {
        @Test("An instance that is killed and started again has lost nothing")
        func killedInstance() throws {
            let deployment = try Deployment(.embedded)
            let settings = ["DB_WRITE_LAG_MS": "50"]
            let run = FaultRun(deployment, [try deployment.start(settings)], .init(lostConnections: true))
            try run.load {
                run.instances[0].crash()
                run.instances.replace(0, with: try deployment.start(settings))
            }
            try run.audit()
        }
    }
}
