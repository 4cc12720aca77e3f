package struct RabbitMQSettingGroup: SettingGroup {
    package static let title = "RabbitMQ"
    package static let profile = SettingFacts.Profile.cluster
    /// The default of the port when MQ_USE_SSL is true.
    package static let portWithTLS = 5671

    package let host = TextSetting(
        SettingFacts("RABBITMQ_HOST", "Server of RabbitMQ."), default: "localhost")
    package let port = IntegerSetting(
        SettingFacts("RABBITMQ_PORT", "Port of RabbitMQ; with TLS the default is \(Self.portWithTLS)."),
        in: 1...65_535, default: 5672)
    package let user = TextSetting(SettingFacts("RABBITMQ_USER", "User of RabbitMQ."), default: "guest")
    package let password = TextSetting(
        SettingFacts(
            "RABBITMQ_PASSWORD", "Password of RABBITMQ_USER.", secrecy: .secret, hasFlag: false),
        default: "guest")
    package let virtualHost = TextSetting(SettingFacts("RABBITMQ_VHOST", "Virtual host of RabbitMQ."), default: "/")
    package let usesTLS = BooleanSetting(
        SettingFacts("MQ_USE_SSL", "TLS to RabbitMQ, with the server checked."), default: false)
    package let authorityFile = OptionalTextSetting(
        SettingFacts(
            "RABBITMQ_CA_FILE", "PEM file of the authority that RabbitMQ is checked by."),
        defaultInWords: "the system's")
    package let queueName = TextSetting(
        SettingFacts(
            "RABBITMQ_QUEUE_NAME", "Queues are called this and .0, .1 ...; a single one is called by the plain name."),
        default: "order_write_jobs")
    package let partitions = IntegerSetting(
        SettingFacts(
            "RABBITMQ_PARTITIONS", "Queues that orders are spread over; change it only while they are empty."),
        in: 1...256, default: 4)
    package let queueType = ChoiceSetting(
        SettingFacts(
            "RABBITMQ_QUEUE_TYPE",
            "Kind of the queues; classic with one partition is the queue of the Flask service."),
        ["quorum", "classic"], default: "quorum")
    package let jobsPerMessage = IntegerSetting(
        SettingFacts(
            "RABBITMQ_JOBS_PER_MESSAGE",
            "Most jobs packed into one message of the queue; 1 is what the Flask service reads and writes.",
            profile: .both),
        in: 1...10_000, default: 512)
    package let prefetch = IntegerSetting(
        SettingFacts(
            "RABBITMQ_PREFETCH",
            "Messages of one partition that a worker may have in hand; with single jobs the default is twice "
                + "DB_WRITE_BATCH."
        ),
        in: 1...65_535, unit: "messages", default: 512)

    package init() {}
}
