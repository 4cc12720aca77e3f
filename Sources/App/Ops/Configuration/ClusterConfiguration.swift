import Queue
import Reactor
import Settings
import Store
import Workers

/// What only the cluster needs: Redis and RabbitMQ (docs/contract.md section 3).
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
        prefetch = try settings.integer(
            SettingCatalog.rabbitMQ.prefetch,
            default: ClusterWorkerSettings.prefetch(
                jobsPerTransaction: jobsPerTransaction, jobsPerMessage: jobsPerMessage))
    }

    private static func redis(_ settings: SettingReader) throws(SettingError) -> RedisEndpoint? {
        let setting = SettingCatalog.redis
        guard try !settings.boolean(SettingCatalog.cache.isDisabled) else { return nil }
        let url = settings.text(setting.url)
        do throws(RedisSetupError) {
            var endpoint = try RedisEndpoint(url: url)
            if let file = settings.given(setting.authorityFile), endpoint.tls != nil { endpoint.tls = .file(file) }
            return endpoint
        } catch {
            throw SettingError(
                name: setting.url.name, value: DatabaseLocation.masked(url),
                expected: "redis://user:password@host:port/database, or rediss:// for TLS, but \(error)")
        }
    }

    private static func broker(_ settings: SettingReader) throws(SettingError) -> BrokerEndpoint {
        let setting = SettingCatalog.rabbitMQ
        let isEncrypted = try settings.boolean(setting.usesTLS)
        return BrokerEndpoint(
            host: settings.text(setting.host),
            port: try settings.integer(
                setting.port, default: isEncrypted ? RabbitMQSettingGroup.portWithTLS : nil),
            user: settings.text(setting.user), password: settings.text(setting.password),
            virtualHost: settings.text(setting.virtualHost),
            tls: isEncrypted ? TrustAnchors(file: settings.given(setting.authorityFile)) : nil)
    }

    private static func topology(_ settings: SettingReader) throws(SettingError) -> QueueTopology {
        let setting = SettingCatalog.rabbitMQ
        return QueueTopology(
            name: settings.text(setting.queueName), partitions: try settings.integer(setting.partitions),
            kind: try settings.choice(setting.queueType) { QueueTopology.Kind(rawValue: $0) })
    }
}
