package import CRabbitMQ
import Reactor

/// Calls that ask something of the broker and wait for its answer. Those that it refuses throw
/// ``AMQPError/channelClosed(channel:code:text:)``: the channel is closed then, and its number may be opened again.
extension AMQPConnection {
    /// `channel` counts from 1.
    package func openChannel(_ channel: Int) throws(AMQPError) {
        try call(channel, "open a channel") { _ = amqp_channel_open(state, $0) }
    }

    package func closeChannel(_ channel: Int) throws(AMQPError) {
        let reply = watched(callLimit) { amqp_channel_close(state, UInt16(channel), AMQP_REPLY_SUCCESS) }
        try check(reply, channel, "close a channel")
        forgetAssembly(channel)
    }

    /// From now on the publishes of the channel are counted from 1, and confirmed.
    func confirmSelect(_ channel: Int) throws(AMQPError) {
        try call(channel, "ask for confirms") { _ = amqp_confirm_select(state, $0) }
    }

    /// Makes the queue unless it is there with the same arguments; with other arguments the broker refuses.
    ///
    /// - Parameter passive: only asks whether it is there.
    @discardableResult
    func declareQueue(
        _ channel: Int, _ name: String, durable: Bool = true, exclusive: Bool = false, autoDelete: Bool = false,
        arguments: [AMQPField] = [], passive: Bool = false
    ) throws(AMQPError) -> QueueCounts {
        var arena = AMQPArena()
        defer { arena.free() }
        let (queue, table) = (arena.bytes(name), arena.table(arguments))
        var counts = QueueCounts(messages: 0, consumers: 0)
        try call(channel, "declare the queue \(name)") { number in
            let answer = amqp_queue_declare(
                state, number, queue, passive ? 1 : 0, durable ? 1 : 0, exclusive ? 1 : 0, autoDelete ? 1 : 0, table)
            guard let answer else { return }
            counts.messages = Int(answer.pointee.message_count)
            counts.consumers = Int(answer.pointee.consumer_count)
        }
        return counts
    }

    /// How many unacknowledged messages each consumer that starts on the channel from now on may have.
    func qos(_ channel: Int, prefetch: Int) throws(AMQPError) {
        try call(channel, "set the prefetch") { _ = amqp_basic_qos(state, $0, 0, UInt16(clamping: prefetch), 0) }
    }

    /// Starts a consumer; its deliveries come as events, and are to be acknowledged.
    package func consume(
        _ channel: Int, queue name: String, tag: String, exclusive: Bool, arguments: [AMQPField] = []
    ) throws(AMQPError) {
        var arena = AMQPArena()
        defer { arena.free() }
        let (queue, consumer, table) = (arena.bytes(name), arena.bytes(tag), arena.table(arguments))
        try call(channel, "consume \(name)") { number in
            _ = amqp_basic_consume(state, number, queue, consumer, 0, 0, exclusive ? 1 : 0, table)
        }
    }

    // MARK: How a call ends

    var callLimit: Int { settings.callMilliseconds + 2 * Watchdog.intervalMilliseconds }

    private func call(_ channel: Int, _ action: String, _ body: (amqp_channel_t) -> Void) throws(AMQPError) {
        watched(callLimit) { body(amqp_channel_t(channel)) }
        try check(amqp_get_rpc_reply(state), channel, action)
    }

    package func check(_ reply: amqp_rpc_reply_t, _ channel: Int, _ action: String) throws(AMQPError) {
        switch reply.reply_type {
        case AMQP_RESPONSE_NORMAL: return
        case AMQP_RESPONSE_SERVER_EXCEPTION: throw closed(CloseReason(reply.reply), channel)
        default: throw failure(reply.library_error, action)
        }
    }

    /// The broker closed the connection or the channel: says that this was seen.
    package func closed(_ reason: CloseReason, _ channel: Int) -> AMQPError {
        if reason.isOfConnection {
            isBroken = true
            var answer = amqp_connection_close_ok_t()
            _ = watched(settings.writeMilliseconds) {
                amqp_send_method(state, 0, CRABBITMQ_CONNECTION_CLOSE_OK, &answer)
            }
            return .closedByBroker(code: reason.code, text: reason.text)
        }
        forgetAssembly(channel)
        var answer = amqp_channel_close_ok_t()
        let status = watched(settings.writeMilliseconds) {
            amqp_send_method(state, amqp_channel_t(channel), CRABBITMQ_CHANNEL_CLOSE_OK, &answer)
        }
        if status != 0 { return failure(status, "close a channel") }
        return .channelClosed(channel: channel, code: reason.code, text: reason.text)
    }
}
