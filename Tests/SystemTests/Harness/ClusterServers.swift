import Synchronization
import TestServers

/// Redis, RabbitMQ and MariaDB, started by the tests on private ports.
struct ClusterServers: Sendable {
    let redis: RedisServer
    let rabbit: RabbitServer
    let maria: MariaServer

    /// Enough for every test to have its own.
    static let redisDatabases = 4096

    /// For all tests that leave them as they are. Started at its first use.
    static let shared = Result {
        try ClusterServers(
            redis: { try makeRedis() }, rabbit: { try RabbitServer.shared.get() }, maria: { try MariaServer.shared() }
        )
    }

    /// For the tests that kill, stop and freeze them, one after the other; each leaves them running.
    static let breakable = Result {
        try ClusterServers(
            redis: { try makeRedis() }, rabbit: { try RabbitServer() }, maria: { try MariaServer() })
    }

    static func makeRedis(certificate: CertificateAuthority.Certificate? = nil) throws -> RedisServer {
        try RedisServer(certificate: certificate, options: ["--databases", "\(redisDatabases)"])
    }

    /// All three are waited for together.
    init(
        redis: @escaping @Sendable () throws -> RedisServer, rabbit: @escaping @Sendable () throws -> RabbitServer,
        maria: @escaping @Sendable () throws -> MariaServer
    ) throws {
        let started = Mutex<(redis: RedisServer?, rabbit: RabbitServer?, maria: MariaServer?)>((nil, nil, nil))
        try onThreads(3) { number in
            switch number {
            case 0:
                let server = try redis()
                started.withLock { $0.redis = server }
            case 1:
                let server = try rabbit()
                started.withLock { $0.rabbit = server }
            default:
                let server = try maria()
                started.withLock { $0.maria = server }
            }
        }
        guard case (let redis?, let rabbit?, let maria?) = started.withLock({ $0 }) else {
            preconditionFailure("a server neither started nor failed")
        }
        (self.redis, self.rabbit, self.maria) = (redis, rabbit, maria)
    }
}
