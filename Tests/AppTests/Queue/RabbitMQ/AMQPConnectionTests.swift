import Glibc
import TestServers
import Testing

@testable import Queue
@testable import Reactor

/// With the broker that all tests share.
@Suite struct AMQPConnectionTests {
    private let watchdog = Watchdog()
    private let server: RabbitServer

    init() throws { server = try RabbitServer.shared.get() }

    private static var soon: Deadline { .now().advanced(byMilliseconds: 5_000) }

    private func publish(_ text: String, _ number: Int, to queue: String, on connection: AMQPConnection) throws {
        var body = ByteBuffer()
        body.append(string: text)
        try connection.publish(
            1, queue: queue, body: body.bytes, MessageProperties(messageID: testID(number), form: .json))
    }

    @Test("A message that is published is confirmed, and another client gets it with all that went along")
    func publishes() throws {
        let connection = try server.client(watchdog)
        try connection.confirmSelect(1)
        #expect(
            try connection.declareQueue(1, "c-publishes", autoDelete: true) == QueueCounts(messages: 0, consumers: 0))
        let headers = [
            AMQPField(name: "x-text", value: .text("why")), AMQPField(name: "x-number", value: .integer(-7)),
        ]
        var body = ByteBuffer()
        body.append("{}")
        try connection.publish(
            1, queue: "c-publishes", body: body.bytes,
            MessageProperties(messageID: testID(5), form: .json, headers: headers))
        var bodies = ByteBuffer()
        #expect(
            try connection.nextEvent(until: Self.soon, bodies: &bodies) == .acked(channel: 1, tag: 1, multiple: false))
        let other = try server.client(watchdog)
        #expect(try other.declareQueue(1, "c-publishes", passive: true).messages == 1)
        let message = try other.get(1, queue: "c-publishes", bodies: &bodies)
        #expect(message?.messageID == testID(5) && message?.form == .json && message?.headers == headers)
        #expect(message?.redelivered == false && message?.body == ByteRange(start: 0, count: 2))
        #expect(bodies.string == "{}")
        #expect(try other.get(1, queue: "c-publishes", bodies: &bodies) == nil)
        connection.close()
    }

    @Test("A consumer gets its messages in order, whole ones of any size, and again those that it gave back")
    func consumes() throws {
        let connection = try server.client(watchdog)
        try connection.declareQueue(1, "c-consumes", autoDelete: true)
        let texts = ["", "a", String(repeating: "b", count: 131_064), String(repeating: "c", count: 500_000)]
        for (number, text) in texts.enumerated() { try publish(text, number, to: "c-consumes", on: connection) }
        try connection.openChannel(2)
        try connection.qos(2, prefetch: 10)
        try connection.consume(2, queue: "c-consumes", tag: "me", exclusive: true)
        var bodies = ByteBuffer()
        for (number, text) in texts.enumerated() {
            guard case .delivery(let delivery)? = try connection.nextEvent(until: Self.soon, bodies: &bodies) else {
                Issue.record("no delivery of \(number)")
                return
            }
            #expect(delivery.channel == 2 && delivery.deliveryTag == UInt64(number + 1))
            #expect(delivery.messageID == testID(number) && delivery.headers.isEmpty && !delivery.redelivered)
            #expect(delivery.body.of(bodies.bytes).elementsEqual(text.utf8))
        }
        try connection.nack(2, deliveryTag: 2, multiple: false, requeue: true)
        guard case .delivery(let again)? = try connection.nextEvent(until: Self.soon, bodies: &bodies) else {
            Issue.record("not delivered again")
            return
        }
        #expect(again.messageID == testID(1) && again.redelivered)
        try connection.ack(2, deliveryTag: again.deliveryTag, multiple: true)
        try connection.cancel(2, tag: "me")
        let end = Deadline.now().advanced(byMilliseconds: 100)
        #expect(try connection.nextEvent(until: end, bodies: &bodies) == nil)
    }

    @Test("A message that no queue takes comes back before its confirm")
    func returns() throws {
        let connection = try server.client(watchdog)
        try connection.confirmSelect(1)
        try publish("x", 3, to: "c-nowhere", on: connection)
        var bodies = ByteBuffer()
        #expect(
            try connection.nextEvent(until: Self.soon, bodies: &bodies)
                == .returned(messageID: testID(3), code: 312, text: "NO_ROUTE"))
        #expect(
            try connection.nextEvent(until: Self.soon, bodies: &bodies) == .acked(channel: 1, tag: 1, multiple: false))
        let size = bodies.count
        #expect(size == 0)
    }

    @Test("A consumer learns that its queue is gone")
    func cancelled() throws {
        let connection = try server.client(watchdog)
        try connection.declareQueue(1, "c-cancelled")
        try connection.consume(1, queue: "c-cancelled", tag: "me", exclusive: false)
        try server.client(watchdog).deleteQueue(1, "c-cancelled")
        var bodies = ByteBuffer()
        #expect(
            try connection.nextEvent(until: Self.soon, bodies: &bodies) == .cancelled(channel: 1, consumerTag: "me"))
    }

    @Test("What the broker refuses closes the channel alone, which can be opened again")
    func refused() throws {
        let connection = try server.client(watchdog)
        let error = #expect(throws: AMQPError.self) { try connection.declareQueue(1, "c-nowhere", passive: true) }
        #expect(error?.leavesConnection == true)
        #expect("\(error.map { "\($0)" } ?? "")".hasPrefix("the broker refused: 404 NOT_FOUND - no queue 'c-nowhere'"))
        try connection.openChannel(1)
        try connection.declareQueue(1, "c-refused", autoDelete: true)
        // An acknowledgement of nothing is answered later, by an event.
        try connection.ack(1, deliveryTag: 99, multiple: false)
        var bodies = ByteBuffer()
        guard case .channelClosed(1, 406, _)? = try connection.nextEvent(until: Self.soon, bodies: &bodies) else {
            Issue.record("the channel is still open")
            return
        }
        try connection.openChannel(1)
        #expect(try connection.declareQueue(1, "c-refused", passive: true).messages == 0)
    }

    @Test("Every queue of each kind can be declared twice")
    func topologies() throws {
        let connection = try server.client(watchdog)
        for kind in [QueueTopology.Kind.quorum, .classic] {
            for partitions in [1, 3] {
                let topology = QueueTopology(name: "t-\(kind)-\(partitions)", partitions: partitions, kind: kind)
                for _ in 0..<2 { try topology.declare(on: connection, channel: 1) }
                #expect(topology.isConsumedExclusively == (kind == .classic && partitions == 1))
                try connection.declareQueue(1, topology.queueName(partitions - 1), passive: true)
                try connection.declareQueue(1, "\(topology.name).dead", passive: true)
            }
        }
        // The old service's own words.
        try connection.declareQueue(1, "t-classic-1", durable: true)
    }

    @Test("Why a connection can't be had is one clear sentence")
    func failures() throws {
        let (good, closedPort) = (server.endpoint, Int(FreePort.next()))
        func failure(_ change: (inout BrokerEndpoint) -> Void) -> String {
            var endpoint = good
            change(&endpoint)
            do throws(AMQPError) {
                _ = try AMQPConnection.open(endpoint, name: "test", watchdog: watchdog)
                return "none"
            } catch {
                return error.description
            }
        }
        #expect(failure { $0.port = closedPort } == "connect to 127.0.0.1:\(closedPort): Connection refused")
        #expect(failure { $0.password = "no" } == "127.0.0.1:\(good.port) refused the user guest or the password")
        #expect(failure { $0.virtualHost = "no" }.hasPrefix("the broker closed the connection: 530 NOT_ALLOWED"))
        #expect(failure { $0.host = "no.such.host.invalid" }.hasPrefix("look up no.such.host.invalid: "))
        #expect(!"\(good)".contains("guest:guest") && "\(good)" == "amqp://guest@127.0.0.1:\(good.port)/")
    }

    @Test("A peer that accepts and says nothing costs no more than the hand-shake's time")
    func silentPeer() throws {
        let peer = try SilentPeer()
        var endpoint = server.endpoint
        endpoint.port = peer.port
        for tls in [nil, TrustAnchors.system] {
            endpoint.tls = tls
            let start = Timeout.now()
            #expect(throws: AMQPError.self) {
                try AMQPConnection.open(
                    endpoint, name: "test", settings: AMQPSettings(handshakeMilliseconds: 300), watchdog: watchdog)
            }
            #expect(Timeout.now() - start < 1.5)
        }
    }

    @Test("A wait that another thread breaks ends at once, with the reason")
    func broken() throws {
        let connection = try server.client(watchdog)
        let breaker = connection.breaker
        let thread = ClientThread { breaker.breakConnection() }
        var bodies = ByteBuffer()
        let error = #expect(throws: AMQPError.self) { try connection.nextEvent(until: .never, bodies: &bodies) }
        #expect(
            error == .connectionLost(reason: "wait for the broker: a socket error occurred")
                || error.map { "\($0)".hasPrefix("connection to the broker lost") } == true)
        thread.join()
        // After the connection has gone there is nothing left to break.
        breaker.breakConnection()
    }

    @Test("Heartbeats are kept while nothing else happens")
    func heartbeats() throws {
        let connection = try AMQPConnection.open(
            server.endpoint, name: "test", settings: AMQPSettings(heartbeatSeconds: 1), watchdog: watchdog)
        #expect(connection.serviceIntervalMilliseconds == 500)
        try connection.openChannel(1)
        var bodies = ByteBuffer()
        // The broker gives up after two seconds without one.
        let end = Deadline.now().advanced(byMilliseconds: 3_500)
        #expect(try connection.nextEvent(until: end, bodies: &bodies) == nil)
        try connection.declareQueue(1, "c-heartbeats", autoDelete: true)
    }
}

/// Listens, and never answers.
private final class SilentPeer {
    let port: Int
    private let listener: TestServers.Descriptor

    init() throws {
        port = Int(FreePort.next())
        listener = TestServers.Descriptor(socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener.raw, $0, size) }
        }
        precondition(bound == 0 && listen(listener.raw, 16) == 0)
    }
}
