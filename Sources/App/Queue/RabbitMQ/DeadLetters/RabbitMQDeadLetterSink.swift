package import Orders
import Reactor
package import Store

/// Stores dead letters in the broker's queue `{name}.dead`: one job a message, with headers that say why.
///
/// Opens a connection for each use. Nobody needs it often, and a connection that publishes should not be one that
/// consumes.
package final class RabbitMQDeadLetterSink: DeadLetterSink {
    private let broker: Broker
    private var ids: UUIDv7Generator

    package init(_ broker: Broker, clock: UUIDv7Clock) {
        self.broker = broker
        ids = UUIDv7Generator(clock: clock)
    }

    /// Returns when the broker has confirmed all of `letters`. When this throws, some of them may be there all the
    /// same, and come once more with the next try.
    package func store(_ letters: [DeadLetter]) throws(StoreError) {
        do throws(BrokerError) {
            try broker.withSession("spillway dead letters") { (session) throws(BrokerError) in
                try session.declareQueues()
                for letter in letters {
                    let properties = MessageProperties(
                        messageID: ids.next(nanosecondsSince1970: WallClock.nanoseconds()), form: .json,
                        headers: LetterHeader.fields(of: letter))
                    try session.publish(to: broker.topology.deadQueueName, body: letter.body, properties)
                }
                try session.waitForConfirms()
            }
        } catch {
            throw .notSetAside(reason: error.description)
        }
    }
}

@available(*, unavailable)
extension RabbitMQDeadLetterSink: Sendable {}
