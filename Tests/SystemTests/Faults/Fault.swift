import TestServers
import Testing

/// Something that happens to a server of the cluster, and is over in the end.
enum Fault: CaseIterable, Sendable, CustomTestStringConvertible {
    case redisKilled, redisFrozen, rabbitStopped, rabbitKilled, rabbitFrozen, mariaKilled

    /// How long a server that was killed stays away.
    private static let awaySeconds = 2.0

    var testDescription: String {
        switch self {
        case .redisKilled: "Redis is killed and comes back empty"
        case .redisFrozen: "Redis stands still for 5 s"
        case .rabbitStopped: "RabbitMQ is stopped and started"
        case .rabbitKilled: "RabbitMQ is killed and started"
        case .rabbitFrozen: "RabbitMQ stands still for 10 s"
        case .mariaKilled: "MariaDB is killed and started"
        }
    }

    var tolerance: FaultClient.Tolerance {
        switch self {
        case .redisKilled, .redisFrozen: .init(staleReads: true)
        case .rabbitStopped, .rabbitKilled, .rabbitFrozen: .init()
        case .mariaKilled: .init(databaseIsAway: true)
        }
    }

    private var victim: Dependency {
        switch self {
        case .redisKilled, .redisFrozen: .redis
        case .rabbitStopped, .rabbitKilled, .rabbitFrozen: .rabbitMQ
        case .mariaKilled: .database
        }
    }

    /// The log says that it is away and that it is back, and not for every request that noticed.
    func expectNoticed(by server: ServerProcess) {
        let lines = server.process.errors.lines.filter(victim.isNamed)
        let (failing, back) = (lines.filter { $0.contains("is failing") }, lines.filter { $0.contains("works again") })
        #expect((1...20).contains(failing.count) && !back.isEmpty, "\(server.log)")
    }

    /// `queues` are those that have to survive it.
    func inflict(on servers: ClusterServers, queues: [String]) throws {
        switch self {
        case .redisKilled:
            servers.redis.kill()
            Self.pass(seconds: Self.awaySeconds)
            try servers.redis.start()
        case .redisFrozen:
            #expect(servers.redis.freeze())
            Self.pass(seconds: 5)
            servers.redis.thaw()
        case .rabbitStopped:
            #expect(servers.rabbit.stop())
            try servers.rabbit.start()
        case .rabbitKilled:
            #expect(eventually { queues.allSatisfy(servers.rabbit.hasSaved) })
            servers.rabbit.kill()
            try servers.rabbit.start()
        case .rabbitFrozen:
            #expect(servers.rabbit.freeze())
            Self.pass(seconds: 10)
            servers.rabbit.thaw()
        case .mariaKilled:
            servers.maria.kill()
            Self.pass(seconds: Self.awaySeconds)
            try servers.maria.start()
        }
    }

    /// The length of the fault, not a wait for anything.
    private static func pass(seconds: Double) { _ = eventually(within: seconds) { false } }
}
