import Reactor
import Testing

@testable import App
@testable import Queue
@testable import Settings

@Suite struct ClusterConfigurationTests {
    private func configuration(
        _ variables: [String: String], jobsPerMessage: Int = 512
    ) throws(SettingError) -> ClusterConfiguration {
        try ClusterConfiguration(
            SettingReader(flags: [:], environment: variables, dotEnv: [:]), jobsPerMessage: jobsPerMessage,
            jobsPerTransaction: 4096)
    }

    @Test("Without settings it is what the contract says")
    func defaults() throws {
        let cluster = try configuration([:])
        #expect(cluster.redis == RedisEndpoint(host: "localhost"))
        #expect(cluster.broker.host == "localhost" && cluster.broker.port == 5672 && cluster.broker.tls == .none)
        #expect(cluster.broker.user == "guest" && cluster.broker.virtualHost == "/")
        #expect(cluster.topology == QueueTopology(name: "order_write_jobs", partitions: 4, kind: .quorum))
        #expect(cluster.prefetch == 512)
    }

    @Test("What is set is taken, and TLS with the authority that is named")
    func settings() throws {
        let cluster = try configuration(
            [
                "REDIS_URL": "rediss://ann:secret@cache:6390/3", "REDIS_CA_FILE": "/ca.pem", "RABBITMQ_HOST": "mq",
                "MQ_USE_SSL": "True", "RABBITMQ_CA_FILE": "/mq.pem", "RABBITMQ_VHOST": "shop",
                "RABBITMQ_PARTITIONS": "1", "RABBITMQ_QUEUE_TYPE": "classic", "RABBITMQ_QUEUE_NAME": "jobs",
            ], jobsPerMessage: 1)
        #expect(
            cluster.redis
                == RedisEndpoint(
                    host: "cache", port: 6390, user: "ann", password: "secret", database: 3, tls: .file("/ca.pem")))
        #expect(cluster.broker.port == 5671 && cluster.broker.tls == .file("/mq.pem"))
        #expect(cluster.broker.virtualHost == "shop")
        #expect(cluster.topology.isConsumedExclusively && cluster.topology.queueName(0) == "jobs")
        // Single jobs: enough of them for two transactions.
        #expect(cluster.prefetch == 8192)
    }

    @Test("Without a cache there is no Redis, whatever its URL")
    func withoutCache() throws {
        #expect(try configuration(["CACHE_DISABLED": "true", "REDIS_URL": "nonsense"]).redis == nil)
    }

    @Test(
        "A value that can't be read is named, and no secret is in what is said",
        arguments: [
            ("REDIS_URL", "http://ann:secret@cache/0"), ("REDIS_URL", "redis://ann:secret@cache:port/0"),
            ("RABBITMQ_PORT", "0"), ("RABBITMQ_PARTITIONS", "0"), ("RABBITMQ_PARTITIONS", "257"),
            ("RABBITMQ_QUEUE_TYPE", "stream"), ("MQ_USE_SSL", "perhaps"), ("RABBITMQ_PREFETCH", "65536"),
        ])
    func malformed(name: String, value: String) {
        let error = #expect(throws: SettingError.self) { try configuration([name: value]) }
        #expect(error?.name == name && error?.description.contains("secret") == false)
        #expect(error?.expected.isEmpty == false)
    }
}
