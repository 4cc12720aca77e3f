import Testing

@testable import Reactor

/// With a clock that the test moves; the sweep runs every half second of it.
@Suite("HTTPServer: timeouts")
struct HTTPServerTimeoutTests {
    private func harness() throws -> HTTPServerHarness {
        try HTTPServerHarness {
            $0.idleTimeoutMilliseconds = 10_000
            $0.headTimeoutMilliseconds = 20_000
            $0.bodyTimeoutMilliseconds = 30_000
            $0.bodyBytesPerSecond = 0
            $0.writeTimeoutMilliseconds = 40_000
            $0.lingerMilliseconds = 5_000
        }
    }

    @Test("an idle connection is closed without a word, a new one and one that was served alike")
    func idle() throws {
        let harness = try harness()
        harness.handler.answer = { $0.target }
        let (fresh, served) = (try harness.connect(), try harness.connect())
        harness.pass(milliseconds: 6_000)
        served.send(harness.get("/a"))
        #expect(harness.reply(served)?.body == "/a")
        harness.pass(milliseconds: 6_000)
        #expect(fresh.isOver && fresh.text == "" && fresh.failure == nil)
        // Its time began anew with the answer.
        #expect(!served.isOver)
        harness.pass(milliseconds: 6_000)
        #expect(served.isOver && harness.server.connectionCount == 0)
    }

    @Test("a head that takes too long is answered with 408, however its bytes trickle in")
    func head() throws {
        let harness = try harness()
        let client = try harness.connect()
        for byte in "GET /slow HTTP/1.1\r".utf8 {
            client.send([byte])
            harness.settle()
            harness.pass(milliseconds: 1_000)
            #expect(harness.handler.refusals.isEmpty)
        }
        harness.pass(milliseconds: 1_500)
        let reply = harness.reply(client)
        #expect(reply?.status == 408 && reply?.headers["connection"] == "close")
    }

    @Test("a body that takes too long is answered with 408, counted from the end of the head")
    func body() throws {
        let harness = try harness()
        let client = try harness.connect()
        client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n")
        harness.settle()
        harness.pass(milliseconds: 19_000)
        client.send("\r\n12")
        harness.settle()
        harness.pass(milliseconds: 29_000)
        #expect(harness.handler.refusals.isEmpty)
        client.send("34")
        harness.settle()
        harness.pass(milliseconds: 1_500)
        #expect(harness.reply(client)?.status == 408)
    }

    @Test("no timeout runs while the handler has the request, and the idle time begins with the answer")
    func handling() throws {
        let harness = try harness()
        let client = try harness.connect()
        client.send(harness.get("/long"))
        try #require(harness.handled(1))
        for _ in 0..<10 { harness.pass(milliseconds: 60_000) }
        #expect(harness.server.isAwaited(harness.handler.seen[0].token))
        harness.answer("/long")
        #expect(harness.reply(client)?.body == "/long")
        harness.pass(milliseconds: 9_000)
        #expect(!client.isOver)
        harness.pass(milliseconds: 1_500)
        #expect(client.isOver)
    }

    @Test("a client that doesn't read its answer is closed; each piece that it reads gives it time")
    func writing() throws {
        let harness = try harness()
        harness.handler.answer = { _ in String(repeating: "z", count: 8_000_000) }
        let client = try harness.connect(receiveBufferBytes: 4096)
        client.send(harness.get("/large"))
        try #require(harness.handled(1))
        harness.settle()
        for _ in 0..<4 {
            harness.pass(milliseconds: 39_000)
            try #require(harness.server.connectionCount == 1)
            // Enough that the kernel reopens the window and takes more from the server.
            let before = harness.server.unsentBytes
            try #require(
                harness.turn {
                    client.receive(limit: 100_000)
                    return harness.server.unsentBytes < before
                })
        }
        harness.pass(milliseconds: 39_000)
        #expect(harness.server.connectionCount == 1)
        harness.pass(milliseconds: 1_500)
        #expect(harness.server.connectionCount == 0)
    }

    @Test("a refused client that goes on sending is closed when it has had the time to read why")
    func lingering() throws {
        let harness = try harness()
        let client = try harness.connect()
        client.send("nonsense\r\n\r\n")
        #expect(harness.reply(client)?.status == 400)
        #expect(harness.turn { client.hasEnded || client.isOver })
        for _ in 0..<4 {
            client.send("more and more")
            harness.pass(milliseconds: 1_000)
        }
        #expect(harness.server.connectionCount == 1)
        harness.pass(milliseconds: 1_500)
        #expect(harness.server.connectionCount == 0)
    }
}
