import Testing

@testable import Reactor

@Suite("HTTPServer: answers in pieces")
struct HTTPServerStreamTests {
    @Test("pieces arrive as they are told, chunk by chunk, and the connection goes on behind the end")
    func chunked() throws {
        let harness = try HTTPServerHarness()
        let client = try harness.streamingClient("first")
        var stream = try #require(ReceivedStream(client.text))
        #expect(stream.head.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(stream.head.contains("\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n"))
        #expect(!stream.head.contains("Content-Length") && !stream.head.contains("Connection"))
        #expect(stream.pieces == ["first"] && !stream.isWhole)

        #expect(harness.append("/stream", "second") && harness.append("/stream", "third"))
        harness.settle()
        stream = try #require(ReceivedStream(client.text))
        #expect(stream.pieces == ["first", "second", "third"] && !stream.isWhole)

        harness.end("/stream")
        harness.settle()
        harness.handler.answer = { $0.target }
        client.send(harness.get("/next"))
        try #require(harness.handled(2))
        harness.settle()
        stream = try #require(ReceivedStream(client.text))
        #expect(stream.isWhole && stream.rest.hasPrefix("HTTP/1.1 200 OK\r\n") && stream.rest.hasSuffix("/next"))
        #expect(!client.isOver)
    }

    @Test(
        "a piece of any size is one chunk with its size in hexadecimal digits",
        arguments: [1, 9, 10, 15, 16, 17, 255, 256, 4095, 4096, 65_535, 65_536])
    func sizes(bytes: Int) throws {
        let harness = try HTTPServerHarness()
        let client = try harness.streamingClient()
        let piece = String(repeating: "p", count: bytes)
        #expect(harness.append("/stream", piece))
        harness.end("/stream")
        #expect(harness.turn { ReceivedStream(client.text)?.isWhole == true })
        #expect(ReceivedStream(client.text)?.pieces == [piece])
    }

    @Test("an empty piece is none: as a chunk it would be the end")
    func emptyPiece() throws {
        let harness = try HTTPServerHarness()
        let client = try harness.streamingClient("")
        #expect(harness.append("/stream", "") && harness.append("/stream", "x"))
        harness.settle()
        let stream = try #require(ReceivedStream(client.text))
        #expect(stream.pieces == ["x"] && !stream.isWhole)
    }

    @Test(
        "a client of HTTP/1.0 gets the bytes as they are, up to the end of the connection",
        arguments: ["", "Connection: keep-alive\r\n"])
    func oldClient(header: String) throws {
        let harness = try HTTPServerHarness()
        let client = try harness.streamingClient("first", "GET /stream HTTP/1.0\r\n\(header)\r\n")
        #expect(harness.append("/stream", "second"))
        harness.settle()
        let text = client.text
        #expect(text.hasSuffix("\r\nConnection: close\r\n\r\nfirstsecond") && !text.contains("chunked"))
        #expect(!client.isOver)
        harness.end("/stream")
        #expect(harness.turn { client.isOver } && client.failure == nil && client.text == text)
    }

    @Test("HEAD gets the head that GET would get, and nothing behind it")
    func head() throws {
        let harness = try HTTPServerHarness()
        harness.handler.answer = { $0.method == .get ? $0.target : nil }
        let client = try harness.connect()
        client.send("HEAD /stream HTTP/1.1\r\nHost: x\r\n\r\n" + harness.get("/next"))
        try #require(harness.handled(2))
        #expect(!harness.begin("/stream", "first"))
        #expect(!harness.append("/stream", "second"))
        harness.settle()
        let parts = client.text.split(separator: "\r\n\r\n", maxSplits: 1)
        #expect(parts.count == 2 && parts[0].contains("Transfer-Encoding: chunked"))
        #expect(parts.last?.hasPrefix("HTTP/1.1 200 OK") == true && parts.last?.hasSuffix("/next") == true)
    }

    @Test("who asked for the connection to be closed gets the end mark, and then the end")
    func closing() throws {
        let harness = try HTTPServerHarness()
        let client = try harness.streamingClient("first", harness.get("/stream", "Connection: close\r\n"))
        harness.end("/stream")
        #expect(harness.turn { client.isOver } && client.failure == nil)
        let stream = try #require(ReceivedStream(client.text))
        #expect(stream.head.contains("Connection: close\r\n") && stream.pieces == ["first"] && stream.isWhole)
    }

    @Test("a stream that has ended takes nothing, and neither does one that never began")
    func afterTheEnd() throws {
        let harness = try HTTPServerHarness()
        let client = try harness.streamingClient("first")
        harness.end("/stream")
        harness.end("/stream")
        #expect(!harness.append("/stream", "late"))
        client.send(harness.get("/other"))
        try #require(harness.handled(2))
        #expect(!harness.append("/other", "not begun"))
        harness.settle()
        let stream = try #require(ReceivedStream(client.text))
        #expect(stream.pieces == ["first"] && stream.isWhole && stream.rest.isEmpty)
    }

    @Test("idle connections end, and one with a stream doesn't, however rare its pieces are")
    func idle() throws {
        let harness = try HTTPServerHarness { $0.idleTimeoutMilliseconds = 5_000 }
        let client = try harness.streamingClient("first")
        for _ in 0..<10 { harness.pass(milliseconds: 4_000) }
        #expect(!client.isOver && harness.append("/stream", "second"))
        harness.settle()
        #expect(ReceivedStream(client.text)?.pieces == ["first", "second"])
        harness.end("/stream")
        harness.settle()
        harness.pass(milliseconds: 6_000)
        #expect(harness.turn { client.isOver } && harness.server.connectionCount == 0)
    }
}
