import CRabbitMQ
import NIOCore

/// One job at a time; a job that is not acknowledged goes back to the queue with the connection.
actor JobConsumer {
    struct Delivery: Sendable {
        let tag: UInt64
        let isRedelivered: Bool
        let body: ByteBuffer
    }

    private let executor = BlockingExecutor("consumer")
    private let settings: RabbitMQSettings
    private var connection: RabbitMQConnection?

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(_ settings: RabbitMQSettings) {
        self.settings = settings
    }

    /// nil when none came within half a second.
    func next() throws -> Delivery? {
        try onConnection { connection in
            var envelope = amqp_envelope_t()
            var patience = timeval(tv_sec: 0, tv_usec: 500_000)
            amqp_maybe_release_buffers(connection.state)
            let reply = amqp_consume_message(connection.state, &envelope, &patience, 0)
            if reply.library_error == AMQP_STATUS_TIMEOUT.rawValue { return nil }
            try connection.check(reply, "consume")
            defer { amqp_destroy_envelope(&envelope) }
            let body = ByteBuffer(envelope.message.body)
            return Delivery(tag: envelope.delivery_tag, isRedelivered: envelope.redelivered != 0, body: body)
        }
    }

    func acknowledge(_ delivery: Delivery) throws {
        try onConnection { connection in
            try connection.check(
                amqp_basic_ack(connection.state, RabbitMQConnection.channel, delivery.tag, 0), "acknowledge")
        }
    }

    /// Once more, or never again.
    func reject(_ delivery: Delivery, requeue: Bool) throws {
        try onConnection { connection in
            try connection.check(
                amqp_basic_reject(connection.state, RabbitMQConnection.channel, delivery.tag, requeue ? 1 : 0), "reject"
            )
        }
    }

    private func onConnection<Result>(_ body: (RabbitMQConnection) throws -> Result) throws -> Result {
        let used = try connected()
        do {
            return try body(used)
        } catch {
            connection = nil
            throw error
        }
    }

    private func connected() throws -> RabbitMQConnection {
        if let connection { return connection }
        let new = try RabbitMQConnection(settings)
        amqp_basic_qos(new.state, RabbitMQConnection.channel, 0, 1, 0)
        try new.check(amqp_get_rpc_reply(new.state), "set the prefetch count")
        settings.queue.withAMQPBytes { queue in
            _ = amqp_basic_consume(
                new.state, RabbitMQConnection.channel, queue, amqp_empty_bytes, 0, 0, 0, amqp_empty_table)
        }
        try new.check(amqp_get_rpc_reply(new.state), "consume")
        connection = new
        return new
    }
}
