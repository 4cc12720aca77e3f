package import Orders
import Reactor

/// What the broker tells without having been asked.
package enum AMQPEvent: Equatable, Sendable {
    /// A publisher confirm: the broker answers for this publish of the channel, or for all up to it. Not in order.
    case acked(channel: Int, tag: UInt64, multiple: Bool)
    case nacked(channel: Int, tag: UInt64, multiple: Bool)
    /// No queue takes the message; its ack follows. nil when the message's id isn't a UUID.
    case returned(messageID: UUID?, code: Int, text: String)
    case delivery(AMQPDelivery)
    /// The broker reads nothing more for now.
    case blocked(reason: String)
    case unblocked
    /// The broker has ended the consumer, say because its queue is gone.
    case cancelled(channel: Int, consumerTag: String)
    /// Everything unsettled on the channel goes back to its queues. The number may be opened again.
    case channelClosed(channel: Int, code: Int, text: String)
}

/// A message that a consumer got, or that was asked for.
package struct AMQPDelivery: Equatable, Sendable {
    package var channel: Int
    /// Counts from 1 on each channel.
    var deliveryTag: UInt64
    var redelivered: Bool
    /// nil when it has none, or one that isn't a UUID.
    var messageID: UUID?
    var form: MessageForm
    /// With `x-delivery-count` once a quorum queue has delivered it in vain; empty for nearly all.
    var headers: [AMQPField]
    /// Within the buffer that was given to take bodies, which has ``Reactor/ByteBuffer/slack`` readable bytes behind
    /// it.
    var body: ByteRange
}

/// What a message's content type says about its body.
package enum MessageForm: Equatable, Sendable {
    /// One job, the old form.
    case json
    /// A job a line.
    case jsonLines
    /// Something else, or nothing said.
    case other

    var contentType: StaticString {
        switch self {
        case .json: "application/json"
        case .jsonLines: "application/x-ndjson"
        case .other: "application/octet-stream"
        }
    }
}

/// What goes along with a body that is published.
package struct MessageProperties: Sendable {
    package var messageID: UUID
    package var form: MessageForm
    package var headers: [AMQPField]

    package init(messageID: UUID, form: MessageForm, headers: [AMQPField] = []) {
        self.messageID = messageID
        self.form = form
        self.headers = headers
    }
}

/// What the broker says about a queue.
struct QueueCounts: Equatable, Sendable {
    /// Ready to be delivered.
    var messages: Int
    var consumers: Int
}
