import Testing

@testable import Reactor

@Suite("HTTPServer: hostile clients")
struct HTTPServerHostileTests {
    private let post = "POST / HTTP/1.1\r\nHost: x\r\n"

    /// Sends `piece` again and again; the largest amount of memory that the server held meanwhile.
    private func flood(_ harness: HTTPServerHarness, _ client: TestClient, _ piece: String, bytes: Int) -> Int {
        let piece = Array(piece.utf8)
        var sent = 0
        var largest = 0
        while sent < bytes {
            let offset = sent % piece.count
            sent += client.send(Array(piece[offset...]))
            harness.loop.turnNow()
            largest = max(largest, harness.server.bufferedBytes)
        }
        return largest
    }

    @Test(
        "what never ends is refused, and holds no more memory than the limits say",
        arguments: [
            ("", "GET", 414),
            ("GET /", "aaaaaaaaaa", 414),
            ("GET / HTTP/1.1\r\nHost: x\r\n", "X: 1\r\n", 431),
            ("GET / HTTP/1.1\r\nHost: x\r\nX: ", "bbbbbbbbbb", 431),
            ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;", "extension=", 400),
            ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", "1;e=eeeeeeeeee\r\nx\r\n", 400),
            ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", "8\r\n12345678\r\n", 413),
            ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "T: 1\r\n", 431),
        ])
    func endless(start: String, piece: String, status: Int) throws {
        let harness = try HTTPServerHarness { $0.http = HTTPLimits(bodyBytes: 50_000) }
        let client = try harness.connect()
        client.send(start)
        let largest = flood(harness, client, String(repeating: piece, count: 500), bytes: 1_000_000)
        #expect(largest < 300_000)
        let reply = harness.reply(client)
        #expect(reply?.status == status && reply?.headers["connection"] == "close")
        #expect(harness.handler.seen.isEmpty && client.failure == nil)
    }

    @Test("a body that comes more slowly than it must is 408 long before the time of bodies is over")
    func slowBody() throws {
        let harness = try HTTPServerHarness {
            $0.bodyTimeoutMilliseconds = 60_000
            $0.bodyBytesPerSecond = 10
            $0.bodyGraceMilliseconds = 4_000
        }
        let (slow, steady) = (try harness.connect(), try harness.connect())
        let head = post + "Content-Length: 1000\r\n\r\n"
        slow.send(head)
        steady.send(head)
        harness.settle()
        for _ in 0..<6 {
            slow.send("s")
            steady.send(String(repeating: "f", count: 10))
            harness.settle()
            harness.pass(milliseconds: 1_000)
        }
        #expect(harness.handler.refusals == [.requestTimeout] && harness.reply(slow)?.status == 408)
        #expect(!steady.isOver && steady.text == "")
    }

    @Test("clients that send a byte now and then hold little more memory than what they sent")
    func slowSenders() throws {
        let harness = try HTTPServerHarness()
        let clients = try (0..<100).map { _ in try harness.connect() }
        for byte in "POST /a HTTP/1.1\r\nHost: x\r\n".utf8 {
            for client in clients { client.send([byte]) }
            harness.settle()
        }
        #expect(harness.server.bufferedBytes == harness.server.heldBytes)
        #expect(harness.server.bufferedBytes <= clients.count * 320)
        for client in clients { client.send("Content-Length: 1\r\n\r\nb") }
        #expect(harness.handled(clients.count))
    }

    @Test("a pipeline of a hundred requests holds nobody up: others are answered between them")
    func longPipeline() throws {
        let harness = try HTTPServerHarness()
        harness.handler.answer = { $0.target }
        let (greedy, modest) = (try harness.connect(), try harness.connect())
        greedy.send((0..<100).map { harness.get("/greedy\($0)") }.joined())
        modest.send(harness.get("/modest"))
        #expect(harness.reply(modest)?.body == "/modest")
        let place = try #require(harness.handler.targets.firstIndex(of: "/modest"))
        #expect(place <= 16 && harness.handler.seen.count < 100)
        #expect((0..<100).map { _ in harness.reply(greedy)?.body } == (0..<100).map { "/greedy\($0)" })
    }

    @Test("answers that came before their turn count as unread: no more requests are taken for them")
    func earlyAnswers() throws {
        let harness = try HTTPServerHarness { $0.outputBytes = 100_000 }
        let filler = String(repeating: "z", count: 30_000)
        harness.handler.answer = { $0.target == "/first" ? nil : filler }
        let client = try harness.connect()
        client.send(harness.get("/first") + (0..<50).map { harness.get("/\($0)") }.joined())
        for _ in 0..<5 { harness.settle() }
        #expect(harness.handler.seen.count == 5 && harness.server.heldBytes < 300_000)
        harness.answer("/first")
        #expect(harness.reply(client)?.body == "/first")
        for _ in 0..<50 { #expect(harness.reply(client)?.body == filler) }
    }
}
