import Testing

/// What a service runs on.
enum Profile: CaseIterable, Sendable, CustomTestStringConvertible {
    /// Nothing but its own process and files.
    case embedded
    /// Redis and RabbitMQ, with the orders in a SQLite file.
    case clusterSQLite
    /// Redis, RabbitMQ and MariaDB.
    case clusterMariaDB

    static let clusters: [Profile] = [.clusterSQLite, .clusterMariaDB]

    var testDescription: String {
        switch self {
        case .embedded: "embedded"
        case .clusterSQLite: "Redis, RabbitMQ, SQLite"
        case .clusterMariaDB: "Redis, RabbitMQ, MariaDB"
        }
    }
}
