import Testing

@testable import Reactor

@Suite("Access log: a line for each request")
struct AccessLogLineTests {
    private let format = #""%(r)s" %(m)s %(U)s %(q)s %(H)s %(s)s %(a)s"#

    @Test(
        "a request that the server refuses is logged with what is known of it",
        arguments: [
            ("nonsense\r\n\r\n", #""nonsense" - - - - 400 -"#),
            ("GET  / HTTP/1.1\r\n\r\n", ##""GET  / HTTP/1.1" GET - - /\x20HTTP/1.1 400 -"##),
            ("GET /a?b HTTP/3.0\r\n\r\n", #""GET /a?b HTTP/3.0" GET /a b HTTP/3.0 505 -"#),
            ("GET /a HTTP/1.1\r\n\r\n", #""GET /a HTTP/1.1" GET /a - HTTP/1.1 400 -"#),
            ("\r\nGET /\"x HTTP/1.1\r\nHost: <<\r\n", #""GET /\x22x HTTP/1.1" GET /\x22x - HTTP/1.1 400 -"#),
            (
                "POST /p HTTP/1.1\r\nHost: x\r\nUser-Agent: me\r\nTransfer-Encoding: chunked\r\n\r\nxyz",
                #""POST /p HTTP/1.1" POST /p - HTTP/1.1 400 me"#
            ),
            (
                "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n",
                #""POST /p HTTP/1.1" POST /p - HTTP/1.1 413 -"#
            ),
            ("\u{16}\u{3}\u{1}\0\0", #""\x16\x03\x01\x00\x00" - - - - 400 -"#),
        ])
    func refused(request: String, line: String) throws {
        #expect(try AccessLogFixture(format).lines(request) == [line])
    }

    @Test("a request line that never ends is logged with the beginning of it")
    func endless() throws {
        let line = try #require(
            try AccessLogFixture(format).lines("GET /" + String(repeating: "a", count: 9_000)).first)
        #expect(line.hasPrefix("\"GET /aaa") && line.hasSuffix("a...\" GET - - - 414 -"))
    }

    @Test(
        "one that took too long is logged too",
        arguments: [
            ("GET /sl", #""GET /sl" GET - - - 408 -"#),
            ("GET /slow HTTP/1.1\r\nHo", #""GET /slow HTTP/1.1" GET /slow - HTTP/1.1 408 -"#),
            (
                "POST /s HTTP/1.1\r\nHost: x\r\nUser-Agent: me\r\nContent-Length: 5\r\n\r\nab",
                #""POST /s HTTP/1.1" POST /s - HTTP/1.1 408 me"#
            ),
        ])
    func timeout(request: String, line: String) throws {
        let fixture = try AccessLogFixture(format)
        let client = try fixture.harness.connect()
        client.send(request)
        fixture.harness.settle()
        fixture.harness.pass(milliseconds: 40_000)
        #expect(fixture.harness.reply(client)?.status == 408)
        #expect(fixture.lines() == [line])
    }

    @Test("lines stand in the order in which the answers came, each with the request it answers")
    func order() throws {
        let fixture = try AccessLogFixture("%(U)s %(s)s %({x}i)s")
        let harness = fixture.harness
        harness.handler.answer = { _ in nil }
        let client = try harness.connect()
        client.send((0..<4).map { harness.get("/\($0)", "X: \($0)\r\n") }.joined())
        try #require(harness.handled(4))
        for number in [2, 0, 3, 1] { harness.answer("/\(number)") }
        #expect((0..<4).map { _ in harness.reply(client)?.body } == (0..<4).map { "/\($0)" })
        #expect(harness.server.accessLog?.openLines == 0)
        #expect(fixture.lines() == ["/2 200 2", "/0 200 0", "/3 200 3", "/1 200 1"])
    }

    @Test("the answer to a client that has gone is logged without a byte, and gives its line's memory back")
    func vanished() throws {
        let fixture = try AccessLogFixture("%(U)s %(s)s %(b)s")
        let harness = fixture.harness
        harness.handler.answer = { _ in nil }
        for number in 0..<3 {
            let client = try harness.connect()
            client.send(harness.get("/\(number)"))
            try #require(harness.handled(number + 1))
            client.abort()
            try #require(harness.turn { harness.server.connectionCount == 0 })
        }
        #expect(harness.server.accessLog?.openLines == 3)
        for number in 0..<3 { harness.answer("/\(number)") }
        #expect(harness.server.accessLog?.openLines == 0 && harness.server.accessLog?.heldBytes == 0)
        #expect(fixture.lines() == ["/0 200 -", "/1 200 -", "/2 200 -"])
    }

    @Test("thousands of requests leave their lines, none lost, none open")
    func many() throws {
        let fixture = try AccessLogFixture("%(U)s")
        let harness = fixture.harness
        let clients = try (0..<10).map { _ in try harness.connect() }
        for round in 0..<20 {
            for (number, client) in clients.enumerated() {
                client.send((0..<20).map { harness.get("/\(round)/\(number)/\($0)") }.joined())
            }
            for client in clients { for _ in 0..<20 { #expect(harness.reply(client) != nil) } }
        }
        #expect(harness.server.accessLog?.openLines == 0 && harness.server.accessLog?.heldBytes == 0)
        let lines = fixture.lines()
        #expect(lines.count == 4_000 && Set(lines).count == 4_000)
    }

    @Test("a connection too many is logged with its client, of whose request nothing is known")
    func connectionLimit() throws {
        let fixture = try AccessLogFixture("%(h)s " + format) { $0.connections = 1 }
        let first = try fixture.harness.connect()
        let refused = try TestClient(port: fixture.harness.port)
        #expect(fixture.harness.reply(refused)?.status == 503)
        #expect(fixture.lines() == [#"127.0.0.1 "-" - - - - 503 -"#])
        first.disconnect()
    }

    @Test("without a log no request has a line")
    func off() throws {
        let harness = try HTTPServerHarness()
        let client = try harness.connect()
        client.send(harness.get("/"))
        try #require(harness.handled(1))
        #expect(harness.handler.seen[0].token.logTicket == 0 && harness.server.accessLog == nil)
    }
}
