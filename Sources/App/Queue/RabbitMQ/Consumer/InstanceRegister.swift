import Reactor

/// How many instances consume the partitions: each has one consumer on a queue of its own kind, `{name}.instances`,
/// into which nothing is ever put; the broker tells how many consumers that has.
///
/// Of the partitions' own queues it does not: with a single active consumer, a quorum queue counts only that one.
/// Nothing but the balance depends on this, so no failure here ends the session.
package final class InstanceRegister {
    private let connection: AMQPConnection
    private let queue: String
    /// The consumer's channel. The next number serves for the counting.
    private let channel: Int
    private var isEntered = false

    package init(_ connection: AMQPConnection, channel: Int, topology: QueueTopology) {
        self.connection = connection
        self.channel = channel
        queue = "\(topology.name).instances"
    }

    /// Makes this instance count, until the connection ends. By one of its workers; again if it may have been struck
    /// off.
    package func enter() throws(AMQPError) {
        guard !isEntered else { return }
        isEntered =
            try tolerating { () throws(AMQPError) in
                try connection.openChannel(channel)
                // It goes with the last instance.
                try connection.declareQueue(channel, queue, autoDelete: true)
                try connection.consume(channel, queue: queue, tag: PartitionConsumer.tag, exclusive: false)
                return true
            } ?? false
    }

    /// nil when nobody has entered.
    package func count() throws(AMQPError) -> Int? {
        let counter = channel + 1
        return try tolerating { () throws(AMQPError) in
            try connection.openChannel(counter)
            let count = try connection.declareQueue(counter, queue, passive: true).consumers
            try connection.closeChannel(counter)
            return count
        }
    }

    /// The broker has ended the consumer of `number`, or closed that channel.
    package func ended(_ number: Int, isClosed: Bool) throws(AMQPError) {
        guard number == channel, isEntered else { return }
        isEntered = false
        guard !isClosed else { return }
        _ = try tolerating { () throws(AMQPError) in try connection.closeChannel(channel) }
    }

    /// nil when the broker refused, and closed no more than the channel.
    private func tolerating<Result>(_ body: () throws(AMQPError) -> Result) throws(AMQPError) -> Result? {
        do throws(AMQPError) {
            return try body()
        } catch {
            guard error.leavesConnection else { throw error }
            return nil
        }
    }
}

@available(*, unavailable)
extension InstanceRegister: Sendable {}
