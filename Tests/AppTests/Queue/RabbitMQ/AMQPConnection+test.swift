import CRabbitMQ

@testable import Queue

/// What the service never asks of the broker, but an operator or another client may.
extension AMQPConnection {
    func deleteQueue(_ channel: Int, _ name: String) throws(AMQPError) {
        var arena = AMQPArena()
        defer { arena.free() }
        let queue = arena.bytes(name)
        watched(callLimit) { _ = amqp_queue_delete(state, amqp_channel_t(channel), queue, 0, 0) }
        try check(amqp_get_rpc_reply(state), channel, "delete the queue \(name)")
    }

    /// Ends a consumer. Deliveries that were under way still come as events.
    func cancel(_ channel: Int, tag: String) throws(AMQPError) {
        var arena = AMQPArena()
        defer { arena.free() }
        let consumer = arena.bytes(tag)
        watched(callLimit) { _ = amqp_basic_cancel(state, amqp_channel_t(channel), consumer) }
        try check(amqp_get_rpc_reply(state), channel, "end a consumer")
    }
}
