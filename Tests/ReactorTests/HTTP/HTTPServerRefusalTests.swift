import Testing

@testable import Reactor

@Suite("HTTPServer: refusals")
struct HTTPServerRefusalTests {
    @Test("one connection too many gets 503 with Retry-After, and a place as soon as one is free")
    func connectionLimit() throws {
        let harness = try HTTPServerHarness { $0.connections = 2 }
        harness.handler.answer = { $0.target }
        let clients = try (0..<2).map { _ in try harness.connect() }
        let refused = try TestClient(port: harness.port)
        let reply = harness.reply(refused)
        #expect(reply?.status == 503 && reply?.headers["retry-after"] == "1" && reply?.headers["connection"] == "close")
        #expect(refused.isOver && harness.server.connectionCount == 2 && harness.handler.seen.isEmpty)
        clients[0].disconnect()
        #expect(harness.turn { harness.server.connectionCount == 1 })
        let welcome = try harness.connect()
        for client in [clients[1], welcome] {
            client.send(harness.get("/in"))
            #expect(harness.reply(client)?.body == "/in")
        }
    }

    @Test("more clients than are accepted in one turn are accepted in the next")
    func acceptLimit() throws {
        let harness = try HTTPServerHarness { $0.acceptsPerTurn = 2 }
        let clients = try (0..<5).map { _ in try TestClient(port: harness.port) }
        harness.loop.turn(longestWaitMilliseconds: 1000)
        #expect(harness.server.connectionCount == 2)
        #expect(harness.turn { harness.server.connectionCount == clients.count })
    }

    @Test("a refused client gets to read why, although it is still sending")
    func lingers() throws {
        let harness = try HTTPServerHarness { $0.http = HTTPLimits(bodyBytes: 100) }
        let client = try harness.connect()
        client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n")
        let piece = [UInt8](repeating: UInt8(ascii: "q"), count: 50_000)
        var sent = 0
        while sent < 3_000_000 {
            sent += client.send(piece)
            harness.loop.turnNow()
        }
        let reply = harness.reply(client)
        #expect(reply?.status == 413 && reply?.headers["connection"] == "close")
        #expect(client.failure == nil && harness.handler.refusals == [.contentTooLarge])
        client.disconnect()
        #expect(harness.turn { harness.server.connectionCount == 0 })
    }

    @Test("behind a refusal nothing is taken any more, in the same bytes or later")
    func nothingBehind() throws {
        let harness = try HTTPServerHarness()
        let client = try harness.connect()
        client.send("nonsense\r\n\r\n" + harness.get("/same"))
        #expect(harness.reply(client)?.status == 400)
        client.send(harness.get("/later"))
        harness.settle()
        #expect(harness.handler.seen.isEmpty && harness.handler.refusals.count == 1)
    }
}
