import Glibc
import Reactor

/// Takes the messages of a queue one by one, without a consumer. Those that are not removed go back to where they were.
final class QueueBrowser {
    /// How many messages there were at the start.
    let count: Int
    private let connection: AMQPConnection
    private let channel: Int
    private let queue: String
    private var removed = 0

    private init(_ connection: AMQPConnection, channel: Int, queue: String, count: Int) {
        self.connection = connection
        self.channel = channel
        self.queue = queue
        self.count = count
    }

    /// nil when there is no such queue.
    static func open(
        _ queue: String, on connection: AMQPConnection, channel: Int
    ) throws(BrokerError) -> QueueBrowser? {
        do throws(AMQPError) {
            try connection.openChannel(channel)
            let count = try connection.declareQueue(channel, queue, passive: true).messages
            return QueueBrowser(connection, channel: channel, queue: queue, count: count)
        } catch .channelClosed(_, 404, _) {
            return nil
        } catch {
            throw .connection(error)
        }
    }

    /// Takes the next message; its body is appended to `bodies`. nil when none is left.
    func next(bodies: inout ByteBuffer) throws(BrokerError) -> AMQPDelivery? {
        do throws(AMQPError) {
            return try connection.get(channel, queue: queue, bodies: &bodies)
        } catch {
            throw .connection(error)
        }
    }

    /// Removes a message that was taken from the queue for good.
    func remove(_ delivery: AMQPDelivery) throws(BrokerError) {
        removed += 1
        try BrokerError.wrapping { () throws(AMQPError) in
            try connection.ack(channel, deliveryTag: delivery.deliveryTag, multiple: false)
        }
    }

    /// Puts the messages that were only looked at back, and waits until they can be seen in the queue: the broker does
    /// that in its own time, and the next command should find them. Not for long, since somebody else may have taken
    /// some.
    func giveBack() throws(BrokerError) {
        let deadline = Deadline.now().advanced(byMilliseconds: 1_000)
        try BrokerError.wrapping { () throws(AMQPError) in
            // Tag 0 stands for all.
            try connection.nack(channel, deliveryTag: 0, multiple: true, requeue: true)
            while try ready() < count - removed, Deadline.now() < deadline { usleep(5_000) }
        }
    }

    private func ready() throws(AMQPError) -> Int {
        try connection.declareQueue(channel, queue, passive: true).messages
    }
}

@available(*, unavailable)
extension QueueBrowser: Sendable {}
