import Glibc
import Synchronization
import TestServers
import Testing

@testable import Reactor

@Suite("A probe") struct HTTPProbeTests {
    /// The probe's outcome at a server that says to its one client what `script` does.
    private func outcome(
        withinMilliseconds limit: Int = 20_000, _ script: @escaping @Sendable (ProbedClient) -> Void
    ) throws -> HTTPProbe.Outcome {
        let listener = try Listener(host: "127.0.0.1", port: 0)
        let (port, descriptor) = (listener.port, listener.descriptor)
        let server = ThreadGroup(1) { _ in
            let client = try ProbedClient(acceptedBy: descriptor)
            script(client)
        }
        let outcome = HTTPProbe.get("/health", host: "127.0.0.1", port: port, withinMilliseconds: limit)
        try server.join()
        withExtendedLifetime(listener) {}
        return outcome
    }

    @Test("It sends one request that asks for the end of the connection, and has the answer")
    func answered() throws {
        let request = Captured()
        let outcome = try outcome { client in
            request.text.withLock { $0 = client.receive(until: "\r\n\r\n") }
            for piece in ["HTTP/1.1 2", "00 OK\r\nConnection: close\r\n\r", "\nfi", "ne"] { _ = client.send(piece) }
        }
        #expect(outcome == .answered(ProbeAnswer(status: 200, text: "fine")))
        #expect(
            request.text.withLock { $0 } == "GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    }

    @Test("Every status is an answer")
    func unavailable() throws {
        let outcome = try outcome { client in
            _ = client.receive(until: "\r\n\r\n")
            _ = client.send("HTTP/1.1 503 Service Unavailable\r\n\r\nqueue: refused")
        }
        #expect(outcome == .answered(ProbeAnswer(status: 503, text: "queue: refused")))
    }

    @Test("Who says nothing has answered too late; so has who never comes to an end", arguments: [false, true])
    func late(isTalking: Bool) throws {
        let outcome = try outcome(withinMilliseconds: 200) { client in
            // Until the probe has gone.
            if isTalking {
                while client.send("HTTP/1.1 200 OK\r\n") { usleep(1_000) }
            } else {
                _ = client.receive(until: "no such text")
            }
        }
        #expect(outcome == .failed("no answer within 200 ms"))
    }

    @Test("Who closes early, says something else or floods it has not answered")
    func foreign() throws {
        let nonsense = HTTPProbe.Outcome.failed("what answers there does not speak HTTP")
        #expect(try outcome { _ = $0.receive(until: "\r\n\r\n") } == nonsense)
        #expect(
            try outcome { client in
                _ = client.receive(until: "\r\n\r\n")
                _ = client.send("220 mail.example ESMTP\r\n")
            } == nonsense)
        #expect(
            try outcome { client in
                _ = client.receive(until: "\r\n\r\n")
                let line = String(repeating: "x", count: 8_192)
                while client.send(line) {}
            } == .failed("the answer has no end"))
    }

    @Test("Where nobody listens it says so")
    func refused() {
        let outcome = HTTPProbe.get(
            "/health", host: "127.0.0.1", port: FreePort.next(), withinMilliseconds: 20_000)
        #expect(outcome == .failed("connect: Connection refused"))
    }

    @Test("A name that means nothing is named")
    func unknownName() {
        guard
            case .failed(let reason) = HTTPProbe.get(
                "/health", host: "no-such-host.invalid", port: 80, withinMilliseconds: 20_000)
        else {
            Issue.record("an answer from nowhere")
            return
        }
        #expect(reason.hasPrefix("look up no-such-host.invalid: "))
    }
}

private final class Captured: Sendable {
    let text = Mutex("")
}

/// The server's end of a probe's connection.
private struct ProbedClient: Sendable {
    private let socket: Descriptor

    struct NobodyCame: Error {}

    init(acceptedBy listener: Int32) throws {
        var waiting = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
        guard poll(&waiting, 1, 20_000) == 1 else { throw NobodyCame() }
        // Linux doesn't hand the listener's O_NONBLOCK down: this end blocks.
        socket = Descriptor(accept(listener, nil, nil))
    }

    /// All that comes until it ends so, or the other side does.
    func receive(until end: String) -> String {
        var text = ""
        var bytes = [UInt8](repeating: 0, count: 4096)
        while !text.hasSuffix(end) {
            let count = recv(socket.raw, &bytes, bytes.count, 0)
            guard count > 0 else { break }
            text += String(decoding: bytes[..<count], as: UTF8.self)
        }
        return text
    }

    /// False when the other side has gone.
    func send(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return Glibc.send(socket.raw, bytes, bytes.count, Int32(MSG_NOSIGNAL)) > 0
    }
}
