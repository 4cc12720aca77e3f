import Testing

@testable import Reactor

@Suite("HTTPServer: answers in pieces among pipelined ones")
struct HTTPServerStreamOrderTests {
    /// What is done to three requests, of which the second is a stream.
    enum Step: Sendable { case first, begin, piece, end, third }

    @Test(
        "whatever comes first, answers leave in the order of the requests",
        arguments: [
            [.first, .begin, .piece, .end, .third], [.begin, .first, .piece, .end, .third],
            [.begin, .piece, .first, .end, .third], [.begin, .piece, .end, .first, .third],
            [.third, .begin, .piece, .end, .first], [.begin, .third, .piece, .first, .end],
            [.third, .first, .begin, .piece, .end], [.begin, .third, .first, .piece, .end],
        ] as [[Step]])
    func order(steps: [Step]) throws {
        let harness = try HTTPServerHarness()
        let client = try harness.connect()
        client.send(["/first", "/stream", "/third"].map { harness.get($0) }.joined())
        try #require(harness.handled(3))
        for step in steps {
            switch step {
            case .first: harness.answer("/first")
            case .begin: #expect(harness.begin("/stream", "a"))
            case .piece: #expect(harness.append("/stream", "b"))
            case .end: harness.end("/stream")
            case .third: harness.answer("/third")
            }
            harness.settle()
        }
        #expect(harness.reply(client)?.body == "/first")
        let stream = try #require(ReceivedStream(client.text))
        #expect(stream.pieces == ["a", "b"] && stream.isWhole)
        #expect(stream.rest.hasSuffix("\r\n\r\n/third"))
        // The sweep gives memory back.
        harness.pass(milliseconds: 1_000)
        #expect(!client.isOver && harness.server.bufferedBytes == 0)
    }

    @Test("two streams on one connection: the second waits, whichever begins and ends first", arguments: [true, false])
    func twoStreams(endsFirstFirst: Bool) throws {
        let harness = try HTTPServerHarness()
        let client = try harness.connect()
        client.send(harness.get("/one") + harness.get("/two"))
        try #require(harness.handled(2))
        #expect(harness.begin("/two", "2") && harness.begin("/one", "1"))
        #expect(harness.append("/two", "22") && harness.append("/one", "11"))
        harness.settle()
        #expect(ReceivedStream(client.text)?.pieces == ["1", "11"])
        for target in endsFirstFirst ? ["/one", "/two"] : ["/two", "/one"] {
            harness.end(target)
            harness.settle()
        }
        let first = try #require(ReceivedStream(client.text))
        let second = try #require(ReceivedStream(first.rest))
        #expect(first.pieces == ["1", "11"] && first.isWhole)
        #expect(second.pieces == ["2", "22"] && second.isWhole && second.rest.isEmpty)
    }

    @Test("no request is taken while a stream is open, and no more is read than waits; then they are answered")
    func behind() throws {
        let harness = try HTTPServerHarness()
        let client = try harness.streamingClient("first")
        harness.handler.answer = { $0.target }
        let count = 5_000
        let requests = String(repeating: harness.get("/behind"), count: count)
        // More than is read at once, and less than the kernel holds.
        #expect(
            client.send(requests) == requests.utf8.count && requests.utf8.count > 2 * harness.server.limits.readBytes)
        harness.settle()
        #expect(harness.handler.seen.count == 1)
        #expect(harness.server.bufferedBytes <= 2 * harness.server.limits.readBytes)
        harness.end("/stream")
        #expect(
            harness.turn {
                client.receive(); return harness.handler.seen.count == count + 1
            })
        #expect(harness.turn { client.text.hasSuffix("/behind") })
    }

    @Test("an old client that asked for more behind a stream is given up: its end is the end of the connection")
    func oldClient() throws {
        let harness = try HTTPServerHarness()
        let client = try harness.connect()
        client.send("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /behind HTTP/1.0\r\n\r\n")
        try #require(harness.handled(2))
        #expect(!harness.begin("/stream", "first"))
        harness.answer("/behind")
        #expect(harness.turn { client.isOver } && client.text.isEmpty && harness.server.connectionCount == 0)
    }
}
