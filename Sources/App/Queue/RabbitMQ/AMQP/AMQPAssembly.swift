import CRabbitMQ
import Orders
import Reactor

/// The properties of a message, copied.
struct AMQPContent {
    var messageID: UUID?
    var form = MessageForm.other
    var headers: [AMQPField] = []

    init() {}

    init(_ properties: amqp_basic_properties_t) {
        let flags = properties._flags
        if flags & UInt32(AMQP_BASIC_MESSAGE_ID_FLAG) != 0 { messageID = UUID(text: properties.message_id.buffer) }
        if flags & UInt32(AMQP_BASIC_CONTENT_TYPE_FLAG) != 0 {
            let type = properties.content_type.buffer
            for known in [MessageForm.json, .jsonLines] where type.elementsEqual(known.contentType.bytes) {
                form = known
            }
        }
        if flags & UInt32(AMQP_BASIC_HEADERS_FLAG) != 0 { headers = [AMQPField](properties.headers) }
    }
}

extension StaticString {
    fileprivate var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: utf8Start, count: utf8CodeUnitCount)
    }
}

/// A delivery or a return whose parts are coming: a method, a header, and the body in frames. Frames of other channels
/// may come in between.
final class AMQPAssembly {
    enum Head {
        case delivery(tag: UInt64, redelivered: Bool)
        case returned(code: Int, text: String)
    }

    let channel: Int
    var head: Head?
    var content = AMQPContent()
    /// nil until the header has come.
    var missingBytes: Int?
    /// The body so far.
    var body = ByteBuffer()

    init(channel: Int) { self.channel = channel }

    func start(_ head: Head) {
        self.head = head
        missingBytes = nil
        body.removeAll()
    }

    /// The event, once its last part is there; the body goes to the end of `bodies`.
    func finish(into bodies: inout ByteBuffer) -> AMQPEvent? {
        guard missingBytes == 0, let head else { return nil }
        self.head = nil
        missingBytes = nil
        switch head {
        case .returned(let code, let text):
            return .returned(messageID: content.messageID, code: code, text: text)
        case .delivery(let tag, let redelivered):
            let start = bodies.count
            bodies.append(body.bytes)
            return .delivery(
                AMQPDelivery(
                    channel: channel, deliveryTag: tag, redelivered: redelivered, messageID: content.messageID,
                    form: content.form, headers: content.headers,
                    body: ByteRange(start: start, count: body.count)))
        }
    }
}
