import TestServers

/// Servers that speak TLS with certificates of a throw-away authority. They are for `localhost`: whoever asks for the
/// same servers by their address is told the wrong name.
struct EncryptedServers: Sendable {
    let authority: CertificateAuthority
    /// Of whom the servers' certificates are not.
    let stranger: CertificateAuthority
    let servers: ClusterServers

    static let shared = Result { try EncryptedServers() }

    private init() throws {
        let authority = try CertificateAuthority()
        let certificate = try authority.certificate("localhost", names: "DNS:localhost")
        self.authority = authority
        stranger = try CertificateAuthority()
        servers = try ClusterServers(
            redis: { try ClusterServers.makeRedis(certificate: certificate) },
            rabbit: {
                try RabbitServer(
                    certificates: .init(
                        authority: authority.file, certificate: certificate.certificateFile, key: certificate.keyFile))
            },
            maria: {
                try MariaServer(
                    certificate: certificate,
                    options: ["--require-secure-transport=ON"])
            })
    }

    /// How a service reaches one of them.
    func settings(
        _ dependency: Dependency, _ space: ClusterSpace, host: String = "localhost", trusting: CertificateAuthority
    ) throws -> [String: String] {
        switch dependency {
        case .redis:
            [
                "REDIS_URL": "rediss://\(host):\(servers.redis.tlsPort)/\(space.redisDatabase)",
                "REDIS_CA_FILE": trusting.file,
            ]
        case .rabbitMQ:
            [
                "MQ_USE_SSL": "True", "RABBITMQ_HOST": host, "RABBITMQ_PORT": "\(servers.rabbit.tlsPort ?? 0)",
                "RABBITMQ_CA_FILE": trusting.file,
            ]
        case .database:
            [
                "DATABASE_URL":
                    "mysql://\(MariaServer.user):\(MariaServer.passwordInURL)@\(host):\(servers.maria.port)/"
                    + "\(space.databaseName)?ssl=true&ssl_ca=\(trusting.file)"
            ]
        }
    }
}
