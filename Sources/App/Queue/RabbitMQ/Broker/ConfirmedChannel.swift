import Reactor

/// A channel on which every message is waited for: until the broker has it, or says why not.
final class ConfirmedChannel {
    /// How long the confirms of all messages under way may take.
    static let confirmMilliseconds = 2_500
    /// Unconfirmed messages; beyond that confirms are awaited first, so that neither side's socket fills up.
    private static let window = 256

    private let connection: AMQPConnection
    private let channel: Int
    private var published: UInt64 = 0
    private var unconfirmed: Set<UInt64> = []
    private var queue = ""
    private var failure: BrokerError?
    private var outgoing = ByteBuffer()
    private var bodies = ByteBuffer()

    /// Opens `channel` of the connection.
    init(_ connection: AMQPConnection, channel: Int) throws(BrokerError) {
        self.connection = connection
        self.channel = channel
        try BrokerError.wrapping { () throws(AMQPError) in
            try connection.openChannel(channel)
            try connection.confirmSelect(channel)
        }
    }

    func publish(
        to queue: String, body: [UInt8], _ properties: MessageProperties
    ) throws(BrokerError) {
        if unconfirmed.count >= Self.window { try waitForConfirms() }
        self.queue = queue
        outgoing.removeAll()
        body.withUnsafeBytes { outgoing.append($0) }
        try BrokerError.wrapping { () throws(AMQPError) in
            try connection.publish(channel, queue: queue, body: outgoing.bytes, properties)
        }
        published += 1
        unconfirmed.insert(published)
    }

    /// Until all that was published is confirmed.
    func waitForConfirms() throws(BrokerError) {
        let deadline = Deadline.now().advanced(byMilliseconds: Self.confirmMilliseconds)
        while !unconfirmed.isEmpty {
            let event = try BrokerError.wrapping { () throws(AMQPError) in
                try connection.nextEvent(until: deadline, bodies: &bodies)
            }
            guard let event else { throw .notConfirmed(queue: queue) }
            bodies.removeAll()
            try handle(event)
        }
        if let failure { throw failure }
    }

    private func handle(_ event: AMQPEvent) throws(BrokerError) {
        switch event {
        case .acked(channel, let tag, let multiple): settle(tag, multiple)
        case .nacked(channel, let tag, let multiple):
            failure = failure ?? .notTaken(queue: queue, reason: "the broker refused it")
            settle(tag, multiple)
        // The ack of the message follows, and settles it.
        case .returned(_, let code, let text): failure = .notTaken(queue: queue, reason: "\(code) \(text)")
        case .channelClosed(let channel, let code, let text):
            throw .connection(.channelClosed(channel: channel, code: code, text: text))
        default: return
        }
    }

    private func settle(_ tag: UInt64, _ multiple: Bool) {
        if multiple {
            unconfirmed = unconfirmed.filter { $0 > tag }
        } else {
            unconfirmed.remove(tag)
        }
    }
}

@available(*, unavailable)
extension ConfirmedChannel: Sendable {}
