/// One connection to the broker for an errand: declares the queues, publishes and waits for the confirms, takes
/// messages one by one. See ``Broker/withSession(_:_:)``. Blocks. Used by one thread.
package final class BrokerSession {
    let topology: QueueTopology
    private let connection: AMQPConnection
    private let publishing: ConfirmedChannel

    private static let publishingChannel = 1
    private static let browsingChannel = 2

    init(_ connection: AMQPConnection, _ topology: QueueTopology) throws(BrokerError) {
        self.connection = connection
        self.topology = topology
        publishing = try ConfirmedChannel(connection, channel: Self.publishingChannel)
    }

    /// Makes the queues that are not there yet.
    package func declareQueues() throws(BrokerError) {
        try BrokerError.wrapping { () throws(AMQPError) in
            try topology.declare(on: connection, channel: Self.publishingChannel)
        }
    }

    /// Returns before the broker has confirmed the message: see ``waitForConfirms()``.
    package func publish(to queue: String, body: [UInt8], _ properties: MessageProperties) throws(BrokerError) {
        try publishing.publish(to: queue, body: body, properties)
    }

    /// Returns when the broker has confirmed all that was published here.
    package func waitForConfirms() throws(BrokerError) { try publishing.waitForConfirms() }

    /// To take messages out of `queue` one by one; once in a session. nil when there is no such queue, because nothing
    /// was ever started here.
    func browse(_ queue: String) throws(BrokerError) -> QueueBrowser? {
        try QueueBrowser.open(queue, on: connection, channel: Self.browsingChannel)
    }
}

@available(*, unavailable)
extension BrokerSession: Sendable {}
