import Testing

@testable import Reactor

@Suite("HTTPServer: when connections hold too much memory")
struct HTTPServerCrowdTests {
    private let post = "POST / HTTP/1.1\r\nHost: x\r\n"

    /// Clients that have sent the first part of a long body.
    private func uploads(_ harness: HTTPServerHarness, _ count: Int, bytes: Int) throws -> [TestClient] {
        try (0..<count).map { _ in
            let client = try harness.connect()
            client.send(post + "Content-Length: 50000\r\n\r\n" + String(repeating: "u", count: bytes))
            harness.settle()
            return client
        }
    }

    @Test("requests that are not here yet get 503, those that are here are served, and all is well when there is room")
    func unfinished() throws {
        let harness = try HTTPServerHarness { $0.bufferedBytes = 120_000 }
        harness.handler.answer = { $0.target }
        // Each takes 32 KiB.
        let clients = try uploads(harness, 4, bytes: 20_000)
        try #require(harness.server.isCrowded && harness.handler.refusals.isEmpty)
        let other = try harness.connect()
        other.send(harness.get("/whole"))
        #expect(harness.reply(other)?.body == "/whole")
        clients[0].send("more")
        #expect(harness.reply(clients[0])?.status == 503)
        #expect(harness.turn { clients[0].isOver } && clients[0].failure == nil)
        // The one that was refused has given enough room for the next.
        try #require(!harness.server.isCrowded)
        clients[1].send(String(repeating: "u", count: 30_000))
        #expect(harness.reply(clients[1])?.body == "/")
        #expect(harness.server.heldBytes == harness.server.bufferedBytes)
    }

    @Test("a client that waits to be asked for its body is told 503 instead")
    func expectation() throws {
        let harness = try HTTPServerHarness { $0.bufferedBytes = 50_000 }
        let clients = try uploads(harness, 1, bytes: 40_000)
        try #require(harness.server.isCrowded)
        let client = try harness.connect()
        client.send(post + "Expect: 100-continue\r\nContent-Length: 9\r\n\r\n")
        #expect(harness.reply(client)?.status == 503)
        withExtendedLifetime(clients) {}
    }

    @Test("the sweep refuses as many of those that say nothing any more as it must")
    func sweep() throws {
        let harness = try HTTPServerHarness { $0.bufferedBytes = 100_000 }
        let clients = try uploads(harness, 4, bytes: 20_000)
        try #require(harness.server.isCrowded)
        harness.pass(milliseconds: 600)
        #expect(!harness.server.isCrowded)
        #expect(clients.count { $0.takeReply()?.status == 503 } == 1)
        #expect(harness.handler.refusals == [.serviceUnavailable])
    }

    @Test("who does not read is closed sooner, and takes no place from others for long")
    func deaf() throws {
        let harness = try HTTPServerHarness {
            $0.bufferedBytes = 1_000_000
            $0.writeTimeoutMilliseconds = 60_000
            $0.crowdedWriteTimeoutMilliseconds = 2_000
        }
        harness.handler.answer = { $0.target == "/large" ? String(repeating: "l", count: 8_000_000) : "small" }
        let deaf = try harness.connect(receiveBufferBytes: 4096)
        deaf.send(harness.get("/large"))
        try #require(harness.handled(1))
        harness.settle()
        try #require(harness.server.isFull)
        // So full that nobody is served any more.
        let refused = try harness.connect()
        refused.send(harness.get("/small"))
        #expect(harness.reply(refused)?.status == 503)
        harness.pass(milliseconds: 1_500)
        #expect(harness.server.isFull)
        harness.pass(milliseconds: 1_000)
        #expect(!harness.server.isCrowded && harness.server.heldBytes == harness.server.bufferedBytes)
        let served = try harness.connect()
        served.send(harness.get("/small"))
        #expect(harness.reply(served)?.body == "small")
    }

    @Test("what connections hold is counted exactly, whatever becomes of them")
    func account() throws {
        let harness = try HTTPServerHarness()
        harness.handler.answer = { $0.target == "/later" ? nil : $0.body + $0.target }
        for round in 0..<20 {
            let clients = try (0..<6).map { _ in try harness.connect() }
            for client in clients {
                client.send(post + "Content-Length: 5000\r\n\r\n" + String(repeating: "c", count: 2_500))
            }
            harness.settle()
            #expect(harness.server.heldBytes == harness.server.bufferedBytes && harness.server.heldBytes > 12_000)
            clients[0].abort()
            clients[1].endInput()
            clients[2].send(String(repeating: "c", count: 2_500) + harness.get("/later") + harness.get("/\(round)"))
            clients[3].send(String(repeating: "c", count: 2_500) + "nonsense\r\n\r\n")
            clients[4].disconnect()
            harness.settle()
            #expect(harness.server.heldBytes == harness.server.bufferedBytes)
            harness.answer("/later")
            harness.settle()
            #expect(harness.server.heldBytes == harness.server.bufferedBytes)
            for client in clients { client.disconnect() }
            try #require(harness.turn { harness.server.connectionCount == 0 })
        }
        #expect(harness.server.heldBytes == 0)
    }
}
