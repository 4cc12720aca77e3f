import Testing

@testable import Reactor

@Suite("HTTPServer: clients that leave")
struct HTTPServerPeerTests {
    @Test("a client that has sent all it will gets every answer, and then the end")
    func halfClose() throws {
        let harness = try HTTPServerHarness()
        let client = try harness.connect()
        client.send(harness.get("/1") + harness.get("/2"))
        client.endInput()
        try #require(harness.handled(2))
        harness.settle()
        #expect(harness.server.connectionCount == 1)
        harness.answer("/2")
        harness.answer("/1")
        #expect(harness.reply(client)?.body == "/1" && harness.reply(client)?.body == "/2")
        #expect(harness.turn { client.isOver } && client.failure == nil)
        #expect(harness.server.connectionCount == 0)
    }

    @Test("of more requests than may be under way at once none is lost when the client has sent all it will")
    func halfCloseWithMany() throws {
        let harness = try HTTPServerHarness {
            $0.pipelinedRequests = 2
            $0.requestsPerTurn = 3
        }
        let client = try harness.connect()
        client.send((0..<20).map { harness.get("/\($0)") }.joined())
        client.endInput()
        for number in 0..<20 {
            try #require(harness.turn { harness.handler.targets.contains("/\(number)") })
            harness.answer("/\(number)")
        }
        #expect((0..<20).map { _ in harness.reply(client)?.body } == (0..<20).map { "/\($0)" })
        #expect(harness.turn { client.isOver && harness.server.connectionCount == 0 })
    }

    @Test(
        "half a request and then the end is the end",
        arguments: ["", "GET /", "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf"])
    func halfRequest(text: String) throws {
        let harness = try HTTPServerHarness()
        let client = try harness.connect()
        client.send(text)
        client.endInput()
        #expect(harness.turn { harness.server.connectionCount == 0 && client.isOver })
        #expect(client.text == "" && client.failure == nil && harness.handler.seen.isEmpty)
    }

    @Test("the answer for a client that has vanished is dropped")
    func vanished() throws {
        let harness = try HTTPServerHarness()
        let client = try harness.connect()
        client.send(harness.get("/1"))
        try #require(harness.handled(1))
        let token = harness.handler.seen[0].token
        #expect(harness.server.isAwaited(token))
        client.abort()
        try #require(harness.turn { harness.server.connectionCount == 0 })
        #expect(!harness.server.isAwaited(token))
        harness.answer("/1")
        harness.settle()
        let next = try harness.connect()
        next.send(harness.get("/2"))
        try #require(harness.handled(2))
        harness.answer("/2")
        #expect(harness.reply(next)?.body == "/2")
    }

    @Test("a client that vanishes between the answer and its sending harms nobody")
    func vanishesBeforeFlush() throws {
        let harness = try HTTPServerHarness()
        let (first, second) = (try harness.connect(), try harness.connect())
        for client in [first, second] { client.send(harness.get("/x")) }
        try #require(harness.handled(2))
        // Answered, not sent yet; and then gone before the loop turns again.
        for one in harness.handler.seen { harness.server.respond(to: one.token, text: "answer") }
        first.abort()
        #expect(harness.reply(second)?.body == "answer")
        #expect(harness.turn { harness.server.connectionCount == 1 })
    }

    @Test("an answer for a connection that is gone doesn't reach the next one of the same descriptor")
    func reusedDescriptor() throws {
        let harness = try HTTPServerHarness()
        // Tests beside this one may take the freed number first, so it gets more than one chance.
        for _ in 0..<100 {
            let old = try harness.connect()
            old.send(harness.get("/old"))
            try #require(harness.turn { harness.handler.seen.last?.target == "/old" })
            let oldToken = harness.handler.seen[harness.handler.seen.count - 1].token
            old.abort()
            try #require(harness.turn { harness.server.connectionCount == 0 })
            harness.loop.turnNow()

            let new = try harness.connect()
            new.send(harness.get("/new"))
            try #require(harness.turn { harness.handler.seen.last?.target == "/new" })
            let newToken = harness.handler.seen[harness.handler.seen.count - 1].token
            guard newToken.descriptor == oldToken.descriptor else {
                new.abort()
                try #require(harness.turn { harness.server.connectionCount == 0 })
                continue
            }
            #expect(newToken.sequence == oldToken.sequence && newToken.generation != oldToken.generation)
            #expect(!harness.server.isAwaited(oldToken) && harness.server.isAwaited(newToken))
            harness.server.respond(to: oldToken, text: "stale")
            harness.settle()
            #expect(new.text == "")
            harness.server.respond(to: newToken, text: "fresh")
            #expect(harness.reply(new)?.body == "fresh")
            return
        }
        Issue.record("the descriptor's number was never used again")
    }

    @Test("connections that come and go leave nothing behind")
    func churn() throws {
        let harness = try HTTPServerHarness()
        harness.handler.answer = { $0.target }
        for round in 0..<50 {
            let clients = try (0..<4).map { _ in try harness.connect() }
            for client in clients { client.send(harness.get("/\(round)")) }
            for client in clients { #expect(harness.reply(client)?.body == "/\(round)") }
            clients[0].abort()
            clients[1].disconnect()
            clients[2].endInput()
            clients[3].send("nonsense\r\n\r\n")
            clients[3].endInput()
            #expect(harness.turn { harness.server.connectionCount == 0 })
        }
        #expect(harness.server.bufferedBytes == 0)
    }
}
