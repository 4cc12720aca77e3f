import Testing

@testable import Reactor

@Suite("Access log: answers in pieces")
struct AccessLogStreamTests {
    private let format = "%(m)s %(U)s %(s)s %(B)s %({content-type}o)s"

    @Test("the line comes at the end, with the bytes of the body and without those of its framing")
    func whole() throws {
        let fixture = try AccessLogFixture("\(format) %(T)s")
        fixture.harness.handler.answer = { _ in nil }
        let client = try fixture.harness.streamingClient("12345")
        #expect(fixture.harness.append("/stream", "67890"))
        fixture.harness.settle()
        fixture.harness.pass(milliseconds: 3_000)
        fixture.harness.end("/stream")
        fixture.harness.settle()
        #expect(ReceivedStream(client.text)?.isWhole == true)
        #expect(fixture.lines() == ["GET /stream 200 10 text/event-stream 3"])
    }

    enum End: CaseIterable { case reset, drain, tooMuch, halfClose }

    @Test("there is one line, however the stream ends", arguments: End.allCases)
    func ends(end: End) throws {
        let fixture = try AccessLogFixture(format) { $0.streamBytes = 1_000 }
        let harness = fixture.harness
        harness.handler.answer = { _ in nil }
        let client = try harness.streamingClient("12345")
        switch end {
        case .reset: client.abort()
        case .drain: harness.server.drain()
        case .tooMuch: #expect(!harness.append("/stream", String(repeating: "x", count: 2_000)))
        case .halfClose: client.endInput()
        }
        #expect(harness.turn { harness.server.connectionCount == 0 })
        #expect(!harness.append("/stream", "late"))
        harness.end("/stream")
        let bytes = end == .tooMuch ? 2_005 : 5
        #expect(fixture.lines() == ["GET /stream 200 \(bytes) text/event-stream"])
    }

    @Test("so there is for HEAD, and for one who had gone before")
    func withoutStream() throws {
        let fixture = try AccessLogFixture(format)
        let harness = fixture.harness
        harness.handler.answer = { _ in nil }
        let (asker, gone) = (try harness.connect(), try harness.connect())
        asker.send("HEAD /head HTTP/1.1\r\nHost: x\r\n\r\n")
        gone.send(harness.get("/gone"))
        try #require(harness.handled(2))
        gone.abort()
        #expect(harness.turn { harness.server.connectionCount == 1 })
        #expect(!harness.begin("/gone", "first") && !harness.begin("/head", "first"))
        #expect(fixture.lines() == ["GET /gone 200 0 -", "HEAD /head 200 0 text/event-stream"])
    }
}
