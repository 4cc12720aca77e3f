import TestServers
import Testing

/// What a service on the cluster needs from outside.
enum Dependency: CaseIterable, Sendable, CustomTestStringConvertible {
    case redis, rabbitMQ, database

    var testDescription: String {
        switch self {
        case .redis: "Redis"
        case .rabbitMQ: "RabbitMQ"
        case .database: "MariaDB"
        }
    }

    /// A word by which a line of the log, of /ready or of `spillway doctor` names it, in lower case.
    private var names: [String] {
        switch self {
        case .redis: ["redis", "cache"]
        case .rabbitMQ: ["rabbitmq", "queue", "delivery"]
        case .database: ["database", "reads"]
        }
    }

    func isNamed(in text: some StringProtocol) -> Bool {
        let text = text.lowercased()
        return names.contains { text.contains($0) }
    }

    /// What is said when nobody listens at a port.
    func saysThatNobodyListens(_ text: some StringProtocol) -> Bool {
        text.contains("refused") || text.contains("nobody accepts connections there")
    }

    /// Part of every password that is set here.
    static let secret = "s3cret"

    /// Settings that lead to `port` instead, with a password.
    func settings(port: UInt16) -> [String: String] {
        switch self {
        case .redis: ["REDIS_URL": "redis://spillway:redis-\(Self.secret)@127.0.0.1:\(port)/0"]
        case .rabbitMQ:
            ["RABBITMQ_PORT": "\(port)", "RABBITMQ_USER": "spillway", "RABBITMQ_PASSWORD": "rabbit-\(Self.secret)"]
        case .database: ["DATABASE_URL": "mysql://spillway:maria-\(Self.secret)@127.0.0.1:\(port)/orders"]
        }
    }

    /// The same server, but with a password that is not the right one.
    func settingsWithWrongPassword(_ space: ClusterSpace) -> [String: String] {
        switch self {
        case .redis: settings(port: UInt16(space.servers.redis.port))
        case .rabbitMQ: settings(port: UInt16(space.servers.rabbit.port))
        case .database: settings(port: UInt16(space.servers.maria.port))
        }
    }
}
