import Testing

@testable import Reactor

@Suite("HTTPServer: flow control and fairness")
struct HTTPServerFlowTests {
    @Test("a large answer goes out in pieces as the client takes it, without a byte lost")
    func shortWrites() throws {
        let harness = try HTTPServerHarness()
        let body = String((0..<600_000).map { _ in "0123456789".randomElement() ?? "0" })
        harness.handler.answer = { _ in body }
        let client = try harness.connect(receiveBufferBytes: 4096)
        client.send(harness.get("/large"))
        try #require(harness.handled(1))
        harness.settle()
        // More than the kernel takes in, or nothing would be tested here.
        try #require(harness.server.bufferedBytes > 100_000)
        var pieces = 0
        #expect(
            harness.turn {
                client.receive(limit: 10_000)
                pieces += 1
                return client.received.count > body.utf8.count
            })
        #expect(pieces > 20)
        #expect(harness.reply(client)?.body == body)
        client.send(harness.get("/again"))
        #expect(harness.reply(client)?.body == body)
    }

    @Test("answers of one connection wait for a client that doesn't read, those of the others don't")
    func slowReader() throws {
        let harness = try HTTPServerHarness()
        let body = String(repeating: "x", count: 4_000_000)
        harness.handler.answer = { $0.target == "/large" ? body : $0.target }
        let slow = try harness.connect(receiveBufferBytes: 4096)
        slow.send(harness.get("/large"))
        try #require(harness.handled(1))
        let quick = try harness.connect()
        for number in 0..<20 {
            quick.send(harness.get("/\(number)"))
            #expect(harness.reply(quick)?.body == "/\(number)")
        }
        #expect(harness.server.bufferedBytes > 1_000_000)
        slow.abort()
        #expect(harness.turn { harness.server.connectionCount == 1 })
    }

    @Test("no request is taken from a client that has too many unread answers, until it has read")
    func outputLimit() throws {
        let harness = try HTTPServerHarness { $0.outputBytes = 500_000 }
        let filler = String(repeating: "y", count: 300_000)
        harness.handler.answer = { $0.target + " " + filler }
        let client = try harness.connect(receiveBufferBytes: 4096)
        client.send((0..<60).map { harness.get("/\($0)") }.joined())
        // The kernel takes in some megabytes, piece by piece, before it is full.
        var taken = -1
        while taken < harness.handler.seen.count {
            taken = harness.handler.seen.count
            for _ in 0..<10 { harness.settle() }
        }
        try #require(taken < 60)
        // The limit, and one answer that passed it; the buffer doubles.
        #expect(harness.server.unsentBytes < 500_000 + 301_000)
        #expect(harness.server.bufferedBytes < 2_000_000)
        for number in 0..<60 {
            #expect(harness.reply(client)?.body.hasPrefix("/\(number) ") == true)
        }
        #expect(harness.handler.seen.count == 60)
    }

    @Test("with too many unanswered requests reading pauses, and goes on with each answer")
    func pipelineLimit() throws {
        let harness = try HTTPServerHarness { $0.pipelinedRequests = 3 }
        let client = try harness.connect()
        client.send((0..<10).map { harness.get("/\($0)") }.joined())
        try #require(harness.handled(3))
        harness.settle()
        for number in 0..<10 {
            #expect(harness.handler.targets == (0..<min(10, number + 3)).map { "/\($0)" })
            harness.answer("/\(number)")
            harness.settle()
        }
        #expect((0..<10).map { _ in harness.reply(client)?.body } == (0..<10).map { "/\($0)" })
        // What came while nothing was read is read as well.
        client.send(harness.get("/more"))
        #expect(harness.handled(11))
    }

    @Test("what a paused client goes on sending stays in the kernel")
    func pausedInput() throws {
        let harness = try HTTPServerHarness { $0.pipelinedRequests = 1 }
        let client = try harness.connect()
        client.send(harness.get("/wait"))
        try #require(harness.handled(1))
        let piece = [UInt8](repeating: UInt8(ascii: "a"), count: 64 << 10)
        for _ in 0..<40 {
            client.send(piece)
            harness.loop.turnNow()
        }
        #expect(harness.server.bufferedBytes < 256 << 10)
    }

    @Test("a connection gets its share of a turn, and then it is the others' turn")
    func fairness() throws {
        let harness = try HTTPServerHarness { $0.requestsPerTurn = 2 }
        harness.handler.answer = { $0.target }
        let clients = try ["a", "b", "c"].map { (name: $0, client: try harness.connect()) }
        for (name, client) in clients { client.send((0..<6).map { harness.get("/\(name)\($0)") }.joined()) }
        var before = 0
        while before < 18 {
            harness.loop.turn(longestWaitMilliseconds: 1000)
            let turn = harness.handler.targets[before...]
            for (name, _) in clients { #expect(turn.count { $0.hasPrefix("/\(name)") } <= 2) }
            try #require(turn.count > 0)
            before += turn.count
        }
        for (name, client) in clients {
            #expect((0..<6).map { _ in harness.reply(client)?.body } == (0..<6).map { "/\(name)\($0)" })
        }
    }

    @Test("a client that sends faster than its requests are taken doesn't fill the memory")
    func flood() throws {
        let harness = try HTTPServerHarness {
            $0.requestsPerTurn = 1
            $0.readBytes = 16 << 10
        }
        harness.handler.answer = { _ in "" }
        let client = try harness.connect()
        let piece = Array(String(repeating: harness.get("/"), count: 500).utf8)
        var largest = 0
        var offset = 0
        for _ in 0..<1000 {
            // Where the kernel stopped, so that the stream stays whole.
            offset = (offset + client.send(Array(piece[offset...]))) % piece.count
            harness.loop.turnNow()
            client.receive()
            largest = max(largest, harness.server.bufferedBytes)
        }
        #expect(harness.handler.refusals.isEmpty && harness.handler.seen.count > 500)
        #expect(largest < 128 << 10)
    }

    @Test("an idle connection holds no buffer, one with half a request no more than that")
    func idleMemory() throws {
        let harness = try HTTPServerHarness()
        harness.handler.answer = { $0.body }
        let client = try harness.connect()
        #expect(harness.server.bufferedBytes == 0)
        let body = String(repeating: "b", count: 100_000)
        client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n" + body.prefix(50_000))
        harness.settle()
        #expect((50_000..<300_000).contains(harness.server.bufferedBytes))
        client.send(String(body.dropFirst(50_000)))
        #expect(harness.reply(client)?.body == body)
        // The sweep gives the memory of the answer back.
        harness.pass(milliseconds: 600)
        #expect(harness.server.bufferedBytes == 0 && harness.server.connectionCount == 1)
    }
}
