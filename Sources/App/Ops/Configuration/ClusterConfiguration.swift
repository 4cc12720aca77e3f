import Reactor

/// What only the cluster needs: Redis and RabbitMQ (contract.md section 3).
struct ClusterConfiguration: Sendable {
    /// nil with CACHE_DISABLED.
    var redis: RedisEndpoint?
    var broker: BrokerEndpoint
    var topology: QueueTopology
    /// Messages that a worker may have in hand.
    var prefetch: Int

    /// Throws the first value that can't be read, with what was expected.
    init(_ settings: SettingReader, jobsPerMessage: Int, jobsPerTransaction: Int) throws(SettingError) {
        redis = try Self.redis(settings)
        broker = try Self.broker(settings)
        topology = try Self.topology(settings)
        let fallback = ClusterWorker.Settings.prefetch(
            jobsPerTransaction: jobsPerTransaction, jobsPerMessage: jobsPerMessage)
        prefetch = try settings.integer("RABBITMQ_PREFETCH", in: 1...65_535, default: fallback, unit: "messages")
    }

    private static func redis(_ settings: SettingReader) throws(SettingError) -> RedisEndpoint? {
        guard try !settings.boolean("CACHE_DISABLED", default: false) else { return nil }
        let url = settings.text("REDIS_URL", default: "redis://localhost:6379/0")
        do throws(RedisSetupError) {
            var endpoint = try RedisEndpoint(url: url)
            if let file = settings.raw("REDIS_CA_FILE"), endpoint.tls != nil { endpoint.tls = .file(file) }
            return endpoint
        } catch {
            throw SettingError(
                name: "REDIS_URL", value: DatabaseLocation.masked(url),
                expected: "redis://user:password@host:port/database, or rediss:// for TLS, but \(error)")
        }
    }

    private static func broker(_ settings: SettingReader) throws(SettingError) -> BrokerEndpoint {
        let isEncrypted = try settings.boolean("MQ_USE_SSL", default: false)
        return BrokerEndpoint(
            host: settings.text("RABBITMQ_HOST", default: "localhost"),
            port: try settings.integer("RABBITMQ_PORT", in: 1...65_535, default: isEncrypted ? 5671 : 5672),
            user: settings.text("RABBITMQ_USER", default: "guest"),
            password: settings.text("RABBITMQ_PASSWORD", default: "guest"),
            virtualHost: settings.text("RABBITMQ_VHOST", default: "/"),
            tls: isEncrypted ? TrustAnchors(file: settings.raw("RABBITMQ_CA_FILE")) : nil)
    }

    private static func topology(_ settings: SettingReader) throws(SettingError) -> QueueTopology {
        QueueTopology(
            name: settings.text("RABBITMQ_QUEUE_NAME", default: "order_write_jobs"),
            partitions: try settings.integer("RABBITMQ_PARTITIONS", in: 1...256, default: 4),
            kind: try settings.choice(
                "RABBITMQ_QUEUE_TYPE", [("quorum", .quorum), ("classic", .classic)], default: .quorum))
    }
}
