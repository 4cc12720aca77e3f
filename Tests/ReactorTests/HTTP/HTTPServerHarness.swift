import Glibc

@testable import Reactor

/// A handler that remembers what it was asked and answers when the test says so.
final class ScriptedHandler: HTTPHandler {
    struct Seen {
        var method: HTTPMethod
        var target: String
        var body: String
        var token: ResponseToken
    }

    private(set) var seen: [Seen] = []
    private(set) var refusals: [HTTPStatus] = []
    /// Answers at once with this, when it returns something.
    var answer: (Seen) -> String? = { _ in nil }
    /// Called within `handle`, behind the answer.
    var onRequest: (Seen) -> Void = { _ in }

    var targets: [String] { seen.map(\.target) }

    func handle(_ request: HTTPRequest, token: ResponseToken, server: HTTPServer) {
        let one = Seen(
            method: request.method, target: String(decoding: request.head.target.of(request.bytes), as: UTF8.self),
            body: String(decoding: request.body, as: UTF8.self), token: token)
        seen.append(one)
        if let text = answer(one) { server.respond(to: token, text: text) }
        onRequest(one)
    }

    func refuse(
        _ status: HTTPStatus, _ reason: StaticString, origin: UnsafeRawBufferPointer?, token: ResponseToken,
        server: HTTPServer
    ) {
        refusals.append(status)
        server.respond(to: token, status, text: reason.description)
    }
}

extension HTTPServer {
    func respond(to token: ResponseToken, _ status: HTTPStatus = .ok, text: String) {
        var text = text
        text.withUTF8 { bytes in
            var response = HTTPResponse(status)
            response.body = UnsafeRawBufferPointer(bytes)
            respond(to: token, response)
        }
    }
}

/// A server on a loop that the test turns, with a clock that stands still, and clients in the same thread.
final class HTTPServerHarness {
    let clock = ManualClock()
    let loop: EventLoop
    let handler = ScriptedHandler()
    let server: HTTPServer
    let port: UInt16
    private let drained = Counter()

    private final class Counter { var value = 0 }

    init(
        accessLog: AccessLogDestination? = nil, isListening: Bool = true,
        _ configure: (inout HTTPServerLimits) -> Void = { _ in }
    ) throws {
        var limits = HTTPServerLimits()
        configure(&limits)
        loop = try EventLoop(clock: { [clock] in clock.now })
        let listener = try Listener(host: "127.0.0.1", port: 0, isListening: isListening)
        port = listener.port
        server = try HTTPServer(
            loop: loop, listener: listener, limits: limits, handler: handler, accessLog: accessLog,
            onDrained: { [drained] in drained.value += 1 })
        loop.turnNow()
    }

    /// How often the server has said that it is drained.
    var drainedCount: Int { drained.value }

    /// A connection that the server has accepted.
    func connect(receiveBufferBytes: Int32? = nil) throws -> TestClient {
        let before = server.connectionCount
        let client = try TestClient(port: port, receiveBufferBytes: receiveBufferBytes)
        _ = turn { server.connectionCount > before }
        return client
    }

    /// Turns the loop until `condition` holds; false when it doesn't come to hold for a long time.
    func turn(until condition: () -> Bool) -> Bool {
        let deadline = Deadline.now().advanced(byMilliseconds: 10_000)
        while !condition() {
            guard Deadline.now() < deadline else { return false }
            loop.turn(longestWaitMilliseconds: 10)
        }
        return true
    }

    /// Turns until nothing happens any more that was set off before.
    ///
    /// Data between two sockets of one machine is there when send(2) returns, so that a few turns see all of it; a test
    /// in which that were not so could only miss a failure, not report one.
    func settle() { for _ in 0..<8 { loop.turnNow() } }

    /// Lets time pass, and the sweep see it.
    func pass(milliseconds: Int) {
        clock.advance(milliseconds: milliseconds)
        loop.turnNow()
        settle()
    }

    func reply(_ client: TestClient, hasBody: Bool = true) -> TestClient.Reply? {
        var reply: TestClient.Reply?
        _ = turn {
            reply = client.takeReply(hasBody: hasBody)
            return reply != nil || client.isOver
        }
        return reply
    }

    func get(_ path: String, _ headers: String = "") -> String { "GET \(path) HTTP/1.1\r\nHost: x\r\n\(headers)\r\n" }

    /// Turns until the handler has seen `count` requests in all.
    func handled(_ count: Int) -> Bool { turn { handler.seen.count >= count } }

    /// Answers the request for `target` with its own target.
    func answer(_ target: String) {
        guard let one = handler.seen.last(where: { $0.target == target }) else { return }
        server.respond(to: one.token, text: target)
    }
}
