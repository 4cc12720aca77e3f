import ArgumentParser

struct QueueOptions: ParsableArguments {
    @Option(help: "Redis of the cluster, redis:// or rediss:// (redis://localhost:6379/0).") var redisUrl: String?
    @Option(help: "PEM file of the authority that a rediss:// server is checked by (the system's).") var redisCaFile:
        String?
    @Option(help: "RabbitMQ of the cluster (localhost).") var rabbitmqHost: String?
    @Option(help: "Its port (5672; 5671 with TLS).") var rabbitmqPort: String?
    @Option(help: "Who logs in there (guest).") var rabbitmqUser: String?
    @Option(help: "Virtual host (/).") var rabbitmqVhost: String?
    @Option(help: "true: TLS, with the server checked (false).") var mqUseSsl: String?
    @Option(help: "PEM file of the authority that RabbitMQ is checked by (the system's).") var rabbitmqCaFile: String?
    @Option(help: "Queues are called this and .0, .1 ... (order_write_jobs).") var rabbitmqQueueName: String?
    @Option(help: "Queues that orders are spread over (4); change it only while they are empty.")
    var rabbitmqPartitions: String?
    @Option(help: "quorum, or classic as the replaced service has it (quorum).") var rabbitmqQueueType: String?
    @Option(help: "Most jobs packed into one queue message (512).") var rabbitmqJobsPerMessage: String?
    @Option(help: "Messages that a worker may have in hand (512).") var rabbitmqPrefetch: String?

    var values: [String: String] {
        [
            "REDIS_URL": redisUrl, "REDIS_CA_FILE": redisCaFile, "RABBITMQ_HOST": rabbitmqHost,
            "RABBITMQ_PORT": rabbitmqPort, "RABBITMQ_USER": rabbitmqUser, "RABBITMQ_VHOST": rabbitmqVhost,
            "MQ_USE_SSL": mqUseSsl, "RABBITMQ_CA_FILE": rabbitmqCaFile, "RABBITMQ_QUEUE_NAME": rabbitmqQueueName,
            "RABBITMQ_PARTITIONS": rabbitmqPartitions, "RABBITMQ_QUEUE_TYPE": rabbitmqQueueType,
            "RABBITMQ_JOBS_PER_MESSAGE": rabbitmqJobsPerMessage, "RABBITMQ_PREFETCH": rabbitmqPrefetch,
        ].compactMapValues { $0 }
    }
}
