import CRabbitMQ
import Dispatch
import NIOCore

/// Publishes persistent jobs without waiting for one another, and answers each when the broker has confirmed it.
actor JobPublisher {
    private let executor = BlockingExecutor("publisher")
    private let settings: RabbitMQSettings
    private var connection: RabbitMQConnection?
    private var confirms: (any DispatchSourceRead)?
    private var waiting: [UInt64: CheckedContinuation<Void, any Error>] = [:]
    private var lastTag: UInt64 = 0
    private var oldestTag: UInt64 = 1

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(_ settings: RabbitMQSettings) {
        self.settings = settings
    }

    func publish(_ body: ByteBuffer) async throws {
        try await withCheckedThrowingContinuation { continuation in
            do {
                let connection = try connected()
                try send(body, connection)
                lastTag += 1
                waiting[lastTag] = continuation
                // Sending may have read what came in.
                if connection.hasRead { readConfirms() }
            } catch {
                continuation.resume(throwing: error)
                disconnect(error)
            }
        }
    }

    private func connected() throws -> RabbitMQConnection {
        if let connection { return connection }
        let new = try RabbitMQConnection(settings)
        amqp_confirm_select(new.state, RabbitMQConnection.channel)
        try new.check(amqp_get_rpc_reply(new.state), "select confirms")
        let source = DispatchSource.makeReadSource(fileDescriptor: amqp_get_sockfd(new.state), queue: executor.queue)
        source.setEventHandler { [weak self] in self?.assumeIsolated { $0.readConfirms() } }
        // The socket may not be closed before the source has let go of it.
        source.setCancelHandler { withExtendedLifetime(new) {} }
        source.activate()
        (connection, confirms, lastTag, oldestTag) = (new, source, 0, 1)
        return new
    }

    private func disconnect(_ reason: any Error) {
        confirms?.cancel()
        let unconfirmed = waiting.values
        (connection, confirms, waiting) = (nil, nil, [:])
        for continuation in unconfirmed { continuation.resume(throwing: reason) }
    }

    private func send(_ body: ByteBuffer, _ connection: RabbitMQConnection) throws {
        var properties = amqp_basic_properties_t()
        properties._flags = UInt32(AMQP_BASIC_DELIVERY_MODE_FLAG)
        properties.delivery_mode = UInt8(AMQP_DELIVERY_PERSISTENT.rawValue)
        let status = settings.queue.withAMQPBytes { queue in
            body.withAMQPBytes { body in
                amqp_basic_publish(
                    connection.state, RabbitMQConnection.channel, amqp_empty_bytes, queue, 0, 0, &properties, body)
            }
        }
        try connection.check(status, "publish")
    }

    private func readConfirms() {
        guard let connection else { return }
        do {
            var frame = amqp_frame_t()
            while try hasFrame(connection, &frame) { try settle(frame) }
            amqp_maybe_release_buffers(connection.state)
        } catch {
            disconnect(error)
        }
    }

    private func hasFrame(_ connection: RabbitMQConnection, _ frame: inout amqp_frame_t) throws -> Bool {
        var noTime = timeval()
        let status = amqp_simple_wait_frame_noblock(connection.state, &frame, &noTime)
        if status == AMQP_STATUS_TIMEOUT.rawValue { return false }
        try connection.check(status, "read confirms")
        return true
    }

    private func settle(_ frame: amqp_frame_t) throws {
        switch (frame.payload.method.id, frame.payload.method.decoded) {
        case (CRABBITMQ_BASIC_ACK, let decoded?):
            let ack = decoded.assumingMemoryBound(to: amqp_basic_ack_t.self).pointee
            settle(ack.delivery_tag, ack.multiple, .success(()))
        case (CRABBITMQ_BASIC_NACK, let decoded?):
            let nack = decoded.assumingMemoryBound(to: amqp_basic_nack_t.self).pointee
            let refused = RabbitMQError(action: "publish", reason: "the queue did not take it")
            settle(nack.delivery_tag, nack.multiple, .failure(refused))
        default:
            throw RabbitMQError(action: "read confirms", reason: "the server closed the channel")
        }
    }

    private func settle(_ tag: UInt64, _ upToIt: amqp_boolean_t, _ result: Result<Void, any Error>) {
        guard upToIt != 0 else {
            waiting.removeValue(forKey: tag)?.resume(with: result)
            return
        }
        while oldestTag <= tag {
            waiting.removeValue(forKey: oldestTag)?.resume(with: result)
            oldestTag += 1
        }
    }
}
