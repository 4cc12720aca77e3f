import CRabbitMQ

/// Why the broker closed the connection or a channel.
package struct CloseReason {
    /// No close, or one that came without its content.
    static let unknown = CloseReason(code: 0, text: "")

    var code: Int
    var text: String
    var isOfConnection = false

    private init(code: Int, text: String) {
        self.code = code
        self.text = text
    }

    init(_ method: amqp_method_t) {
        guard let decoded = method.decoded else {
            self = .unknown
            return
        }
        switch method.id {
        case CRABBITMQ_CONNECTION_CLOSE:
            let close = decoded.assumingMemoryBound(to: amqp_connection_close_t.self).pointee
            self.init(code: Int(close.reply_code), text: close.reply_text.text)
            isOfConnection = true
        case CRABBITMQ_CHANNEL_CLOSE:
            let close = decoded.assumingMemoryBound(to: amqp_channel_close_t.self).pointee
            self.init(code: Int(close.reply_code), text: close.reply_text.text)
        default:
            self = .unknown
        }
    }
}
