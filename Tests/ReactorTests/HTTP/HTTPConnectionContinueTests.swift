import Testing

@testable import Reactor

@Suite("HTTPConnection: 100 Continue")
struct HTTPConnectionContinueTests {
    private static let head = "POST /body HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n"
    private static let interim = "HTTP/1.1 100 Continue\r\n\r\n"

    @Test("a client that waits for it is told to go on, once")
    func goesOn() throws {
        let harness = try HTTPServerHarness()
        harness.handler.answer = { $0.body }
        let client = try harness.connect()
        client.send(Self.head)
        #expect(harness.turn { client.text == Self.interim })
        client.send("bo")
        harness.settle()
        client.send("dy")
        #expect(harness.turn { client.text.hasSuffix("body") })
        #expect(client.text.occurrences(of: "100 Continue") == 1)
    }

    @Test("it doesn't overtake the answers before it")
    func inOrder() throws {
        let harness = try HTTPServerHarness()
        let client = try harness.connect()
        client.send(harness.get("/first") + Self.head)
        try #require(harness.handled(1))
        harness.settle()
        #expect(client.text == "")
        harness.answer("/first")
        #expect(harness.turn { client.text.hasSuffix("/first" + Self.interim) })
        client.send("body")
        #expect(harness.handled(2))
    }

    @Test("it isn't sent when the body has come without it: it would look like an answer to nothing")
    func cameAnyway() throws {
        let harness = try HTTPServerHarness()
        let client = try harness.connect()
        client.send(harness.get("/first") + Self.head)
        try #require(harness.handled(1))
        harness.settle()
        client.send("body")
        try #require(harness.handled(2))
        harness.answer("/first")
        harness.answer("/body")
        #expect(harness.turn { client.text.hasSuffix("/body") || client.text.hasSuffix(Self.interim) })
        harness.settle()
        #expect(client.text.occurrences(of: "100 Continue") == 0)
    }

    @Test("it isn't sent behind the refusal of the body that it was owed for")
    func refusedBody() throws {
        let harness = try HTTPServerHarness()
        let client = try harness.connect()
        client.send(
            harness.get("/first")
                + "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n")
        try #require(harness.handled(1))
        harness.settle()
        client.send("no chunk\r\n")
        try #require(harness.turn { harness.handler.refusals == [.badRequest] })
        harness.answer("/first")
        #expect(harness.turn { client.isOver })
        #expect(client.text.occurrences(of: "100 Continue") == 0 && client.text.contains("400 Bad Request"))
    }

    @Test("it isn't sent behind an answer that ends the connection")
    func draining() throws {
        let harness = try HTTPServerHarness()
        let client = try harness.connect()
        client.send(harness.get("/first") + Self.head)
        try #require(harness.handled(1))
        harness.settle()
        harness.server.drain()
        harness.answer("/first")
        #expect(harness.turn { client.isOver })
        #expect(client.text.hasSuffix("/first") && client.failure == nil)
        // Until then the server reads on, lest a reset takes the answer away from a client that is still sending.
        client.disconnect()
        #expect(harness.turn { harness.drainedCount == 1 })
    }
}

extension String {
    /// How often `part` is in it.
    fileprivate func occurrences(of part: String) -> Int { ranges(of: part).count }
}
