import Testing

@testable import Reactor

@Suite("HTTPServer: answers and their order")
struct HTTPServerOrderTests {
    private static let orders: [[Int]] = [[0, 1, 2, 3], [3, 2, 1, 0], [1, 0, 3, 2], [2, 3, 0, 1], [1, 2, 3, 0]]

    @Test("pipelined requests are answered in their order, whatever order the handlers finish in", arguments: orders)
    func pipelined(order: [Int]) throws {
        let harness = try HTTPServerHarness()
        let client = try harness.connect()
        client.send((0..<4).map { harness.get("/\($0)") }.joined())
        try #require(harness.handled(4))
        for number in order {
            harness.answer("/\(number)")
            // Each in a turn of its own, so that none waits in the same output by chance.
            harness.settle()
        }
        #expect((0..<4).map { _ in harness.reply(client)?.body } == ["/0", "/1", "/2", "/3"])
        #expect(client.received.isEmpty && harness.server.connectionCount == 1)
    }

    @Test("answers that are ready before their turn wait, and nothing leaves before")
    func holdsBack() throws {
        let harness = try HTTPServerHarness()
        let client = try harness.connect()
        client.send(harness.get("/first") + harness.get("/second"))
        try #require(harness.handled(2))
        harness.answer("/second")
        harness.settle()
        #expect(client.text == "")
        harness.answer("/first")
        #expect(harness.reply(client)?.body == "/first" && harness.reply(client)?.body == "/second")
    }

    @Test("a handler may answer at once, in the middle of reading a batch of requests")
    func atOnce() throws {
        let harness = try HTTPServerHarness()
        harness.handler.answer = { $0.target == "/later" ? nil : $0.target }
        let client = try harness.connect()
        client.send(["/a", "/later", "/b"].map { harness.get($0) }.joined())
        #expect(harness.reply(client)?.body == "/a")
        try #require(harness.handled(3))
        harness.answer("/later")
        #expect(harness.reply(client)?.body == "/later" && harness.reply(client)?.body == "/b")
    }

    @Test("a request that is refused gets its refusal behind the answers before it")
    func refusalInTurn() throws {
        let harness = try HTTPServerHarness()
        let client = try harness.connect()
        client.send(harness.get("/good") + "GET nowhere HTTP/1.1\r\n\r\n")
        try #require(harness.turn { harness.handler.refusals.count == 1 })
        harness.settle()
        #expect(client.text == "")
        harness.answer("/good")
        #expect(harness.reply(client)?.body == "/good")
        let refusal = harness.reply(client)
        #expect(refusal?.status == 400 && refusal?.headers["connection"] == "close")
    }

    @Test("a request may arrive byte by byte, with another one on its heels")
    func byteByByte() throws {
        let harness = try HTTPServerHarness()
        harness.handler.answer = { "\($0.target) \($0.body)" }
        let client = try harness.connect()
        let requests = "POST /one HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello" + harness.get("/two")
        for byte in requests.utf8 {
            client.send([byte])
            harness.loop.turnNow()
        }
        #expect(harness.reply(client)?.body == "/one hello" && harness.reply(client)?.body == "/two ")
    }

    @Test("HEAD gets the head that GET would get, and no body")
    func head() throws {
        let harness = try HTTPServerHarness()
        harness.handler.answer = { _ in "12345" }
        let client = try harness.connect()
        client.send("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n" + harness.get("/b"))
        let head = harness.reply(client, hasBody: false)
        #expect(head?.headers["content-length"] == "5" && head?.body == "")
        #expect(harness.reply(client)?.body == "12345")
    }

    @Test(
        "the connection ends behind the answer where the client wants it so, and is announced where it can't be known",
        arguments: [
            ("GET /a HTTP/1.1\r\nHost: x\r\n\r\n", nil, false),
            ("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "close", true),
            ("GET /a HTTP/1.0\r\n\r\n", "close", true),
            ("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "keep-alive", false),
        ] as [(String, String?, Bool)])
    func connectionHeader(request: String, header: String?, isClosed: Bool) throws {
        let harness = try HTTPServerHarness()
        harness.handler.answer = { $0.target }
        let client = try harness.connect()
        client.send(request)
        #expect(harness.reply(client)?.headers["connection"] == header)
        harness.settle()
        #expect(client.isOver == isClosed && harness.server.connectionCount == (isClosed ? 0 : 1))
    }

    @Test("behind a request that closes nothing more is taken, and its answer arrives all the same")
    func closeWithMore() throws {
        let harness = try HTTPServerHarness()
        let client = try harness.connect()
        client.send("GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" + harness.get("/ignored"))
        try #require(harness.handled(1))
        client.send(harness.get("/ignored"))
        harness.settle()
        harness.answer("/last")
        #expect(harness.reply(client)?.body == "/last")
        #expect(harness.turn { client.isOver } && client.failure == nil)
        #expect(harness.handler.targets == ["/last"])
    }
}
