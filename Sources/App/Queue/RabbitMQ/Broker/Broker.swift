/// The broker as this process reaches it: where it is, which queues it has, and who ends calls that hang.
///
/// The publisher and the workers keep a connection each. Everybody else borrows one for an errand by
/// ``withSession(_:_:)``.
package struct Broker: Sendable {
    package let endpoint: BrokerEndpoint
    package let topology: QueueTopology
    package let watchdog: Watchdog

    package init(endpoint: BrokerEndpoint, topology: QueueTopology, watchdog: Watchdog) {
        self.endpoint = endpoint
        self.topology = topology
        self.watchdog = watchdog
    }

    /// Lends a connection of its own, and closes it behind `body`. Messages that were taken and not acknowledged are in
    /// their queue again then. Blocks.
    ///
    /// - Parameter name: shown by the broker's tools.
    package func withSession<Result>(
        _ name: String, _ body: (BrokerSession) throws(BrokerError) -> Result
    ) throws(BrokerError) -> Result {
        let connection = try BrokerError.wrapping { () throws(AMQPError) in
            try AMQPConnection.open(endpoint, name: name, watchdog: watchdog)
        }
        defer { connection.close() }
        return try body(BrokerSession(connection, topology))
    }
}
