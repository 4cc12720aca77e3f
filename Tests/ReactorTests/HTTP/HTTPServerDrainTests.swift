import Testing

@testable import Reactor

@Suite("HTTPServer: draining")
struct HTTPServerDrainTests {
    @Test("a server without connections is drained at once, and says so once")
    func nothing() throws {
        let harness = try HTTPServerHarness()
        harness.server.drain()
        #expect(harness.drainedCount == 1)
        harness.server.drain()
        harness.settle()
        #expect(harness.drainedCount == 1)
    }

    @Test("idle connections are closed at once, and nobody new gets in")
    func idle() throws {
        let harness = try HTTPServerHarness()
        harness.handler.answer = { $0.target }
        let (fresh, served) = (try harness.connect(), try harness.connect())
        served.send(harness.get("/a"))
        #expect(harness.reply(served)?.body == "/a")
        harness.pass(milliseconds: 1_500)
        harness.server.drain()
        harness.loop.turnNow()
        #expect(fresh.isOver && served.isOver && fresh.failure == nil && served.failure == nil)
        #expect(harness.drainedCount == 1)
        #expect(throws: TestClient.Failure.self) { try TestClient(port: harness.port) }
    }

    @Test(
        "who waits to be accepted, and whose request was not read yet, gets an answer, with the word that it is the last"
    )
    func waiting() throws {
        let harness = try HTTPServerHarness()
        harness.handler.answer = { $0.target }
        let (waiting, unread) = (try TestClient(port: harness.port), try harness.connect())
        waiting.send(harness.get("/waiting"))
        unread.send(harness.get("/unread"))
        harness.server.drain()
        for (client, path) in [(waiting, "/waiting"), (unread, "/unread")] {
            let reply = harness.reply(client)
            #expect(reply?.body == path && reply?.headers["connection"] == "close")
            #expect(harness.turn { client.isOver } && client.failure == nil)
        }
        #expect(harness.drainedCount == 1)
    }

    @Test("a connection that was just made has a moment for its first request, and none for a second")
    func justMade() throws {
        let harness = try HTTPServerHarness()
        harness.handler.answer = { $0.target }
        let (asking, silent) = (try harness.connect(), try harness.connect())
        harness.server.drain()
        harness.settle()
        #expect(!asking.isOver && !silent.isOver)
        asking.send(harness.get("/first"))
        #expect(harness.reply(asking)?.headers["connection"] == "close")
        #expect(harness.turn { asking.isOver })
        harness.pass(milliseconds: 500)
        #expect(!silent.isOver && harness.drainedCount == 0)
        harness.pass(milliseconds: 500)
        #expect(harness.turn { silent.isOver && harness.drainedCount == 1 } && silent.failure == nil)
    }

    @Test("while the end is announced everybody is let in and served, and told to come anew")
    func announced() throws {
        let harness = try HTTPServerHarness()
        harness.handler.answer = { $0.target }
        let before = try harness.connect()
        harness.server.announceClose()
        harness.settle()
        #expect(!before.isOver)
        for client in [before, try harness.connect(), try harness.connect()] {
            client.send(harness.get("/a"))
            let reply = harness.reply(client)
            #expect(reply?.body == "/a" && reply?.headers["connection"] == "close")
            #expect(harness.turn { client.isOver } && client.failure == nil)
        }
        #expect(harness.drainedCount == 0)
    }

    @Test("a request behind the last answer, which came too late to be taken, doesn't cost the client that answer")
    func tooLate() throws {
        let harness = try HTTPServerHarness()
        let client = try harness.connect()
        client.send(harness.get("/a"))
        try #require(harness.handled(1))
        harness.server.announceClose()
        harness.answer("/a")
        client.send(harness.get("/late"))
        let reply = harness.reply(client)
        #expect(reply?.body == "/a" && reply?.headers["connection"] == "close")
        #expect(harness.turn { client.isOver } && client.failure == nil)
        #expect(harness.handler.targets == ["/a"])
        client.disconnect()
        #expect(harness.turn { harness.server.connectionCount == 0 })
    }

    @Test("a busy connection gets its answer, with the word that it is the last, and is closed behind it")
    func busy() throws {
        let harness = try HTTPServerHarness()
        let client = try harness.connect()
        client.send(harness.get("/busy"))
        try #require(harness.handled(1))
        harness.server.drain()
        harness.settle()
        #expect(harness.drainedCount == 0 && !client.isOver)
        harness.answer("/busy")
        let reply = harness.reply(client)
        #expect(reply?.body == "/busy" && reply?.headers["connection"] == "close")
        #expect(harness.turn { client.isOver && harness.drainedCount == 1 } && client.failure == nil)
    }

    @Test(
        "of pipelined requests all that were taken are answered, the last with the word, in whatever order they finish",
        arguments: [[0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1]])
    func pipelined(order: [Int]) throws {
        let harness = try HTTPServerHarness()
        let client = try harness.connect()
        client.send((0..<3).map { harness.get("/\($0)") }.joined())
        try #require(harness.handled(3))
        harness.server.drain()
        for number in order {
            harness.answer("/\(number)")
            harness.settle()
        }
        let replies = (0..<3).map { _ in harness.reply(client) }
        #expect(replies.map { $0?.body } == ["/0", "/1", "/2"])
        #expect(replies.map { $0?.headers["connection"] } == [nil, nil, "close"])
        #expect(harness.turn { client.isOver && harness.drainedCount == 1 })
    }

    @Test("an answer that was given before the drain, and has not left yet, leaves and ends the connection")
    func answeredBefore() throws {
        let harness = try HTTPServerHarness()
        let client = try harness.connect()
        client.send(harness.get("/a"))
        try #require(harness.handled(1))
        harness.answer("/a")
        harness.server.drain()
        #expect(harness.reply(client)?.body == "/a")
        #expect(harness.turn { client.isOver && harness.drainedCount == 1 })
    }

    @Test("an answer that the client is still reading is finished first")
    func writing() throws {
        let harness = try HTTPServerHarness()
        let body = String(repeating: "w", count: 5_000_000)
        harness.handler.answer = { _ in body }
        let client = try harness.connect(receiveBufferBytes: 4096)
        client.send(harness.get("/large"))
        try #require(harness.handled(1))
        harness.settle()
        harness.server.drain()
        harness.settle()
        #expect(harness.drainedCount == 0)
        #expect(harness.reply(client)?.body == body)
        #expect(harness.turn { client.isOver && harness.drainedCount == 1 } && client.failure == nil)
    }

    @Test("a request that has begun to arrive is still answered")
    func halfRequest() throws {
        let harness = try HTTPServerHarness()
        harness.handler.answer = { $0.target }
        let client = try harness.connect()
        client.send("GET /half HTTP/1.1\r\nHo")
        harness.settle()
        harness.server.drain()
        harness.settle()
        client.send("st: x\r\n\r\n")
        let reply = harness.reply(client)
        #expect(reply?.body == "/half" && reply?.headers["connection"] == "close")
        #expect(harness.turn { harness.drainedCount == 1 })
    }

    @Test("requests that wait for their turn to be taken don't keep the connection open for ever")
    func deferred() throws {
        let harness = try HTTPServerHarness { $0.requestsPerTurn = 1 }
        harness.handler.answer = { $0.target }
        let client = try harness.connect()
        client.send((0..<5).map { harness.get("/\($0)") }.joined())
        try #require(harness.handled(1))
        harness.server.drain()
        #expect(harness.turn { client.isOver } && client.failure == nil)
        var last: TestClient.Reply?
        while let reply = client.takeReply() { last = reply }
        #expect(last?.headers["connection"] == "close")
        client.disconnect()
        #expect(harness.turn { harness.drainedCount == 1 })
    }

    @Test("clients that vanish while the server drains count as gone")
    func vanished() throws {
        let harness = try HTTPServerHarness()
        let clients = try (0..<3).map { _ in try harness.connect() }
        for client in clients { client.send(harness.get("/x")) }
        try #require(harness.handled(3))
        harness.server.drain()
        for client in clients { client.abort() }
        #expect(harness.turn { harness.drainedCount == 1 })
        for one in harness.handler.seen { harness.server.respond(to: one.token, text: "nobody reads this") }
        harness.settle()
        #expect(harness.drainedCount == 1)
    }
}
