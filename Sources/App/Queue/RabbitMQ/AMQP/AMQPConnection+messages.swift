import CRabbitMQ
import Orders
package import Reactor

/// Messages out, and what is said about those that came in. These wait for nothing but room in the socket.
extension AMQPConnection {
    /// Sends a persistent message to `queue` by the default exchange, and wants it back when there is no such queue.
    ///
    /// Waits while the broker reads nothing, until the watchdog ends that: see ``canWrite(within:)``. When it throws,
    /// the message may have left all the same.
    package func publish(
        _ channel: Int, queue: String, body: UnsafeRawBufferPointer, _ properties: borrowing MessageProperties
    ) throws(AMQPError) {
        var encoded = amqp_basic_properties_t()
        encoded._flags = UInt32(
            AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_MESSAGE_ID_FLAG)
        encoded.delivery_mode = UInt8(AMQP_DELIVERY_PERSISTENT.rawValue)
        encoded.content_type = amqp_bytes_t(properties.form.contentType)
        guard !properties.headers.isEmpty else {
            try publish(channel, queue, body, &encoded, properties.messageID)
            return
        }
        var arena = AMQPArena()
        defer { arena.free() }
        encoded._flags |= UInt32(AMQP_BASIC_HEADERS_FLAG)
        encoded.headers = arena.table(properties.headers)
        try publish(channel, queue, body, &encoded, properties.messageID)
    }

    private func publish(
        _ channel: Int, _ queue: String, _ body: UnsafeRawBufferPointer, _ properties: inout amqp_basic_properties_t,
        _ messageID: UUID
    ) throws(AMQPError) {
        var queue = queue
        let status = withUnsafeTemporaryAllocation(byteCount: UUID.textLength, alignment: 1) { id -> Int32 in
            messageID.write(to: id)
            properties.message_id = amqp_bytes_t(len: UUID.textLength, bytes: id.baseAddress)
            return queue.withUTF8 { name -> Int32 in
                // The library only reads through these pointers; its type for bytes just doesn't say so.
                let route = amqp_bytes_t(len: name.count, bytes: UnsafeMutableRawPointer(mutating: name.baseAddress))
                let content = amqp_bytes_t(len: body.count, bytes: UnsafeMutableRawPointer(mutating: body.baseAddress))
                return watched(settings.writeMilliseconds) {
                    amqp_basic_publish(
                        state, amqp_channel_t(channel), amqp_bytes_t(), route, 1, 0, &properties, content)
                }
            }
        }
        guard status == 0 else { throw failure(status, "publish") }
    }

    func ack(_ channel: Int, deliveryTag: UInt64, multiple: Bool) throws(AMQPError) {
        let status = watched(settings.writeMilliseconds) {
            amqp_basic_ack(state, amqp_channel_t(channel), deliveryTag, multiple ? 1 : 0)
        }
        guard status == 0 else { throw failure(status, "acknowledge") }
    }

    /// Without `requeue` the message goes to the queue's dead letters.
    func nack(_ channel: Int, deliveryTag: UInt64, multiple: Bool, requeue: Bool) throws(AMQPError) {
        let status = watched(settings.writeMilliseconds) {
            amqp_basic_nack(state, amqp_channel_t(channel), deliveryTag, multiple ? 1 : 0, requeue ? 1 : 0)
        }
        guard status == 0 else { throw failure(status, "give back") }
    }

    /// Takes one message without a consumer, to be acknowledged like any other; its body is appended to `bodies`. nil
    /// when none is ready. Waits for the answer as the calls do.
    package func get(_ channel: Int, queue name: String, bodies: inout ByteBuffer) throws(AMQPError) -> AMQPDelivery? {
        var arena = AMQPArena()
        defer { arena.free() }
        let (queue, number) = (arena.bytes(name), amqp_channel_t(channel))
        let action = "get a message of \(name)"
        let reply = watched(callLimit) { amqp_basic_get(state, number, queue, 0) }
        try check(reply, channel, action)
        guard reply.reply.id == CRABBITMQ_BASIC_GET_OK, let decoded = reply.reply.decoded else { return nil }
        let answer = decoded.assumingMemoryBound(to: amqp_basic_get_ok_t.self).pointee
        let (tag, redelivered) = (answer.delivery_tag, answer.redelivered != 0)
        var message = amqp_message_t()
        try check(watched(callLimit) { amqp_read_message(state, number, &message, 0) }, channel, action)
        defer { amqp_destroy_message(&message) }
        let start = bodies.count
        bodies.append(message.body.buffer)
        let content = AMQPContent(message.properties)
        return AMQPDelivery(
            channel: channel, deliveryTag: tag, redelivered: redelivered, messageID: content.messageID,
            form: content.form, headers: content.headers,
            body: ByteRange(start: start, count: bodies.count - start))
    }
}

extension amqp_bytes_t {
    /// The bytes of a text that lives for ever. They are only read.
    fileprivate init(_ text: StaticString) {
        self.init(len: text.utf8CodeUnitCount, bytes: UnsafeMutableRawPointer(mutating: text.utf8Start))
    }
}
