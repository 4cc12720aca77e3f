import Testing

@testable import Reactor

@Suite("HTTPServer: how answers in pieces end by themselves")
struct HTTPServerStreamEndTests {
    private let piece = String(repeating: "x", count: 10_000)

    @Test("a client that doesn't read is closed when it has left too much, and nothing is kept of it")
    func slowReader() throws {
        let harness = try HTTPServerHarness()
        let client = try harness.streamingClient("first", receiveBufferBytes: 2048)
        var (count, largest) = (0, 0)
        while harness.append("/stream", piece), count < 1_000 {
            harness.loop.turnNow()
            largest = max(largest, harness.server.bufferedBytes)
            count += 1
        }
        #expect(count < 100)
        // A buffer grows by doubling.
        #expect(largest <= 2 * harness.server.limits.streamBytes + 20_000)
        harness.settle()
        #expect(harness.server.connectionCount == 0 && harness.server.bufferedBytes == 0)
        #expect(!client.text.hasSuffix("0\r\n\r\n"))
    }

    @Test("the same while the stream waits for its turn")
    func slowPredecessor() throws {
        let harness = try HTTPServerHarness()
        let client = try harness.connect()
        client.send(harness.get("/never") + harness.get("/stream"))
        try #require(harness.handled(2))
        #expect(harness.begin("/stream", "first"))
        var count = 0
        while harness.append("/stream", piece), count < 1_000 { count += 1 }
        #expect(count <= harness.server.limits.streamBytes / piece.utf8.count)
        #expect(harness.turn { client.isOver } && harness.server.connectionCount == 0)
    }

    @Test("what other answers have left unread is not the stream's")
    func behindLargeAnswer() throws {
        let harness = try HTTPServerHarness()
        let body = String(repeating: "w", count: 5_000_000)
        let client = try harness.connect(receiveBufferBytes: 4096)
        client.send(harness.get("/large") + harness.get("/stream"))
        try #require(harness.handled(2))
        harness.server.respond(to: harness.handler.seen[0].token, text: body)
        #expect(harness.begin("/stream", "first") && harness.append("/stream", "second"))
        harness.settle()
        #expect(harness.reply(client)?.body == body)
        #expect(harness.turn { ReceivedStream(client.text)?.pieces == ["first", "second"] })
    }

    @Test("a client that stops reading is closed after the time for that, however little there is to read")
    func writeTimeout() throws {
        let harness = try HTTPServerHarness {
            $0.writeTimeoutMilliseconds = 5_000
            $0.streamBytes = 10 << 20
        }
        let client = try harness.streamingClient("first", receiveBufferBytes: 2048)
        // Until the kernel surely takes no more.
        while harness.server.unsentBytes < 200_000 {
            #expect(harness.append("/stream", piece))
            harness.settle()
        }
        for _ in 0..<4 {
            harness.pass(milliseconds: 1_000)
            // Pieces are no progress: only what is read is.
            #expect(harness.append("/stream", "more"))
        }
        harness.pass(milliseconds: 2_000)
        #expect(harness.server.connectionCount == 0 && !harness.append("/stream", "late"))
        client.disconnect()
    }

    @Test("a client that has sent its last gets the end", arguments: [true, false])
    func halfClose(isOld: Bool) throws {
        let harness = try HTTPServerHarness()
        let request = isOld ? "GET /stream HTTP/1.0\r\n\r\n" : harness.get("/stream")
        let client = try harness.streamingClient("first", request)
        client.endInput()
        #expect(harness.turn { client.isOver } && client.failure == nil)
        #expect(!harness.append("/stream", "late"))
        #expect(harness.server.connectionCount == 0)
        if isOld {
            #expect(client.text.hasSuffix("\r\n\r\nfirst"))
        } else {
            let stream = try #require(ReceivedStream(client.text))
            #expect(stream.pieces == ["first"] && stream.isWhole && stream.rest.isEmpty)
        }
    }

    @Test("one that had sent its last before its stream begins gets what it begins with")
    func earlyHalfClose() throws {
        let harness = try HTTPServerHarness()
        let client = try harness.connect()
        client.send(harness.get("/stream"))
        client.endInput()
        try #require(harness.handled(1))
        harness.settle()
        #expect(!harness.begin("/stream", "first"))
        #expect(harness.turn { client.isOver } && client.failure == nil)
        #expect(ReceivedStream(client.text)?.pieces == ["first"] && ReceivedStream(client.text)?.isWhole == true)
    }

    @Test("a client that goes is noticed without a piece", arguments: [true, false])
    func gone(byReset: Bool) throws {
        let harness = try HTTPServerHarness()
        let client = try harness.streamingClient("first")
        if byReset { client.abort() } else { client.disconnect() }
        #expect(harness.turn { harness.server.connectionCount == 0 })
        #expect(!harness.append("/stream", "late"))
        harness.end("/stream")
    }

    @Test("a drain ends streams at once, each with its end mark, and the connections behind it")
    func drain() throws {
        let harness = try HTTPServerHarness()
        let old = "GET /stream HTTP/1.0\r\n\r\n"
        let clients = [try harness.streamingClient("a"), try harness.streamingClient("b", old)]
        harness.server.drain()
        #expect(harness.turn { clients.allSatisfy(\.isOver) && harness.drainedCount == 1 })
        #expect(clients.allSatisfy { $0.failure == nil } && !harness.append("/stream", "late"))
        #expect(ReceivedStream(clients[0].text)?.isWhole == true && clients[1].text.hasSuffix("\r\n\r\nb"))
    }

    @Test(
        "one that begins when the end was announced says that the connection ends with it, and goes on until the drain")
    func announcedClose() throws {
        let harness = try HTTPServerHarness()
        harness.server.announceClose()
        let client = try harness.streamingClient("a")
        #expect(client.text.contains("Connection: close\r\n"))
        #expect(harness.append("/stream", "b"))
        #expect(harness.turn { ReceivedStream(client.text)?.pieces == ["a", "b"] } && !client.isOver)
        harness.server.drain()
        #expect(harness.turn { client.isOver && harness.drainedCount == 1 } && client.failure == nil)
        #expect(ReceivedStream(client.text)?.isWhole == true)
    }

    @Test("a drain doesn't wait for one that doesn't read")
    func drainOfSlowReader() throws {
        let harness = try HTTPServerHarness()
        let client = try harness.streamingClient("first", receiveBufferBytes: 2048)
        for _ in 0..<20 where harness.server.unsentBytes == 0 {
            #expect(harness.append("/stream", piece))
            harness.settle()
        }
        #expect(harness.server.unsentBytes > 0)
        harness.server.drain()
        harness.loop.turnNow()
        #expect(harness.drainedCount == 1)
        client.disconnect()
    }

    @Test("answers in front of a stream, and behind it, are still given when the server drains")
    func drainOfPipeline() throws {
        let harness = try HTTPServerHarness()
        let client = try harness.connect()
        client.send(["/first", "/stream", "/third"].map { harness.get($0) }.joined())
        try #require(harness.handled(3))
        #expect(harness.begin("/stream", "a"))
        harness.server.drain()
        harness.settle()
        #expect(harness.drainedCount == 0 && !harness.append("/stream", "late"))
        harness.answer("/third")
        harness.answer("/first")
        #expect(harness.reply(client)?.body == "/first")
        #expect(harness.turn { client.isOver && harness.drainedCount == 1 } && client.failure == nil)
        let stream = try #require(ReceivedStream(client.text))
        #expect(stream.pieces == ["a"] && stream.isWhole)
        #expect(stream.rest.contains("Connection: close\r\n") && stream.rest.hasSuffix("/third"))
    }

    @Test("a stream that begins while the server drains is what it begins with")
    func beginsLate() throws {
        let harness = try HTTPServerHarness()
        let client = try harness.connect()
        client.send(harness.get("/stream"))
        try #require(harness.handled(1))
        harness.server.drain()
        #expect(!harness.begin("/stream", "first"))
        #expect(harness.turn { client.isOver && harness.drainedCount == 1 } && client.failure == nil)
        let stream = try #require(ReceivedStream(client.text))
        #expect(stream.head.contains("Connection: close\r\n") && stream.pieces == ["first"] && stream.isWhole)
    }
}
