import Glibc
import TestServers
import Testing

@testable import App
@testable import Reactor

/// Against a real broker.
@Suite struct AMQPConnectionTests {
    private let watchdog = Watchdog()

    private func open(_ settings: AMQPSettings = AMQPSettings()) throws -> AMQPConnection {
        let endpoint = BrokerEndpoint(
            host: "127.0.0.1", port: try RabbitServer.shared.get().port, user: "guest", password: "guest")
        return try AMQPConnection.open(endpoint, name: "test", settings: settings, watchdog: watchdog)
    }

    @Test("A message that is published is confirmed, and another client gets it with all that went along")
    func publishes() throws {
        let connection = try open()
        try connection.openChannel(1)
        try connection.confirmSelect(1)
        let queue = "publishes"
        #expect(
            try connection.declareQueue(1, queue, durable: false, autoDelete: true)
                == QueueCounts(messages: 0, consumers: 0))
        var bodies = ByteBuffer()
        let headers = [
            AMQPField(name: "x-text", value: .text("why")), AMQPField(name: "x-number", value: .integer(-7)),
        ]
        let properties = MessageProperties(messageID: testID(5), form: .json, headers: headers)
        var body = ByteBuffer()
        body.append("{}")
        try connection.publish(1, queue: queue, body: body.bytes, properties)
        let deadline = Deadline.now().advanced(byMilliseconds: 5_000)
        #expect(
            try connection.nextEvent(until: deadline, bodies: &bodies) == .acked(channel: 1, tag: 1, multiple: false))
        let message = try connection.get(1, queue: queue, bodies: &bodies)
        #expect(message?.messageID == testID(5) && message?.form == .json && message?.headers == headers)
        #expect(bodies.string == "{}" && message?.body == ByteRange(start: 0, count: 2))
        connection.close()
    }
}
