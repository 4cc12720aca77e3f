import Reactor

/// The dead letters of the cluster: the broker's queue `{name}.dead`, one job a message, with headers that say why.
///
/// Each use opens a connection of its own, for a short time: nobody needs it often, and a connection that publishes should
/// not be one that consumes. Blocks. One thread at a time.
final class DeadLetterQueue {
    let endpoint: BrokerEndpoint
    let topology: QueueTopology
    let watchdog: Watchdog
    var ids: UUIDv7Generator

    init(_ endpoint: BrokerEndpoint, _ topology: QueueTopology, clock: UUIDv7Clock, watchdog: Watchdog) {
        self.endpoint = endpoint
        self.topology = topology
        self.watchdog = watchdog
        ids = UUIDv7Generator(clock: clock)
    }

    /// Returns when the broker has confirmed all of `letters`. Throws ``StoreError/notSetAside(reason:)`` when it has not:
    /// some may be there all the same, and come once more with the next try.
    func setAside(_ letters: [DeadLetter]) throws(StoreError) {
        do throws(DeadLetterQueueError) {
            try withConnection("spillway dead letters") { (connection) throws(DeadLetterQueueError) in
                let channel = try ConfirmedChannel(connection, channel: 1)
                try Self.using { () throws(AMQPError) in try topology.declare(on: connection, channel: 1) }
                for letter in letters {
                    let properties = MessageProperties(
                        messageID: ids.next(nanosecondsSince1970: WallClock.nanoseconds()), form: .json,
                        headers: LetterHeader.fields(of: letter))
                    try channel.publish(to: topology.deadQueueName, body: letter.body, properties)
                }
                try channel.waitForConfirms()
            }
        } catch {
            throw .notSetAside(reason: error.description)
        }
    }

    /// Lends a connection, and closes it behind `body`: whatever was got and not acknowledged is in its queue again.
    func withConnection<Result>(
        _ name: String, _ body: (AMQPConnection) throws(DeadLetterQueueError) -> Result
    ) throws(DeadLetterQueueError) -> Result {
        let connection = try Self.using { () throws(AMQPError) in
            try AMQPConnection.open(endpoint, name: name, watchdog: watchdog)
        }
        defer { connection.close() }
        return try body(connection)
    }

    static func using<Result>(_ body: () throws(AMQPError) -> Result) throws(DeadLetterQueueError) -> Result {
        do throws(AMQPError) {
            return try body()
        } catch {
            throw .broker(error)
        }
    }
}

@available(*, unavailable)
extension DeadLetterQueue: Sendable {}

/// Why a letter could not be written, read or replayed; the description is one sentence for an operator.
enum DeadLetterQueueError: Error, Equatable {
    case broker(AMQPError)
    /// The message came back, or was refused.
    case notTaken(queue: String, reason: String)
    /// No confirm in time: the message may be in its queue or not.
    case notConfirmed(queue: String)
}

extension DeadLetterQueueError: CustomStringConvertible {
    var description: String {
        switch self {
        case .broker(let error): error.description
        case .notTaken(let queue, let reason): "the queue \(queue) did not take the message: \(reason)"
        case .notConfirmed(let queue): "the queue \(queue) did not confirm the message in time"
        }
    }
}
