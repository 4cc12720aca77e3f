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
        case .rabbitStopped, .rabbitKilled, .rabbitFrozen, .mariaKilled: .init()
        }
    }

    func inflict(on servers: ClusterServers) throws {
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
