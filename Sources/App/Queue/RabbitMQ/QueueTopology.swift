/// The queues of the cluster (docs/contract.md section 5), and how they are declared.
package struct QueueTopology: Equatable, Sendable {
    package enum Kind: String, Sendable {
        case quorum
        case classic
    }

    /// RABBITMQ_QUEUE_NAME.
    package var name: String
    package var partitions: Int
    package var kind: Kind

    /// So often a message may come back unacknowledged, before the broker itself takes it for poisoned.
    static let deliveryLimit: Int64 = 100

    package func queueName(_ partition: Int) -> String { partitions == 1 ? name : "\(name).\(partition)" }

    var deadQueueName: String { "\(name).dead" }

    /// Whether only one consumer may attach to a queue; the others try again later. Otherwise all attach, and the
    /// broker chooses one that is active.
    package var isConsumedExclusively: Bool { kind == .classic && partitions == 1 }

    package init(name: String, partitions: Int, kind: Kind) {
        self.name = name
        self.partitions = partitions
        self.kind = kind
    }

    /// Makes all queues; from any process, as often as one likes. `channel` is closed when the broker refuses, say
    /// because a queue is there with other arguments.
    package func declare(on connection: AMQPConnection, channel: Int) throws(AMQPError) {
        try connection.declareQueue(channel, deadQueueName, arguments: deadArguments)
        for partition in 0..<partitions {
            try connection.declareQueue(channel, queueName(partition), arguments: arguments)
        }
    }

    var arguments: [AMQPField] {
        switch kind {
        case .classic where partitions == 1:
            // The service that this one replaces declares its queue without any.
            []
        case .classic:
            [AMQPField(name: "x-single-active-consumer", value: .boolean(true))]
        case .quorum:
            [
                AMQPField(name: "x-queue-type", value: .text("quorum")),
                AMQPField(name: "x-single-active-consumer", value: .boolean(true)),
                AMQPField(name: "x-delivery-limit", value: .integer(Self.deliveryLimit)),
                AMQPField(name: "x-dead-letter-exchange", value: .text("")),
                AMQPField(name: "x-dead-letter-routing-key", value: .text(deadQueueName)),
                // A poisoned message leaves its queue only when the dead letter queue has it; the broker wants
                // reject-publish for that.
                AMQPField(name: "x-dead-letter-strategy", value: .text("at-least-once")),
                AMQPField(name: "x-overflow", value: .text("reject-publish")),
            ]
        }
    }

    /// Whoever looks at a letter and leaves it there counts as a delivery in vain. Newer brokers drop a message after
    /// 20 of them unless they are told otherwise.
    private var deadArguments: [AMQPField] {
        guard kind == .quorum else { return [] }
        return [
            AMQPField(name: "x-queue-type", value: .text("quorum")),
            AMQPField(name: "x-delivery-limit", value: .integer(Int64(Int32.max))),
        ]
    }
}
