import Glibc
import Testing

@testable import Reactor

@Suite("HTTPServer: no room for another connection")
struct HTTPServerShortageTests {
    private func makeFull() throws -> (HTTPServerHarness, [TestClient]) {
        let harness = try HTTPServerHarness { $0.connections = 3 }
        harness.handler.answer = { $0.target }
        let clients = try (0..<3).map { _ in try harness.connect() }
        return (harness, clients)
    }

    private func isServed(_ client: TestClient, _ harness: HTTPServerHarness) -> Bool {
        client.send(harness.get("/served"))
        return harness.reply(client)?.body == "/served"
    }

    @Test("who has idled the longest gives way, if that was for more than a second")
    func longestIdle() throws {
        let (harness, clients) = try makeFull()
        harness.pass(milliseconds: 600)
        // The oldest connection is not the one that has idled the longest.
        #expect(isServed(clients[0], harness))
        harness.pass(milliseconds: 300)
        let early = try TestClient(port: harness.port)
        #expect(harness.reply(early)?.status == 503)
        #expect(clients.allSatisfy { !$0.isOver })

        harness.pass(milliseconds: 600)
        #expect(isServed(clients[1], harness))
        let late = try TestClient(port: harness.port)
        #expect(isServed(late, harness))
        #expect(harness.turn { clients[2].isOver } && clients[2].failure == nil)
        #expect(harness.server.connectionCount == 3 && !clients[0].isOver && !clients[1].isOver)
    }

    @Test("those who have begun a request or wait for an answer stay, however long that takes")
    func busy() throws {
        let (harness, clients) = try makeFull()
        harness.handler.answer = { $0.target == "/slow" ? nil : $0.target }
        clients[0].send("GET /half HT")
        clients[1].send(harness.get("/slow"))
        clients[2].send("POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n1")
        try #require(harness.handled(1))
        harness.pass(milliseconds: 5_000)
        #expect(harness.reply(try TestClient(port: harness.port))?.status == 503)
        #expect(clients.allSatisfy { !$0.isOver })
        harness.answer("/slow")
        #expect(harness.reply(clients[1])?.body == "/slow")
        clients[0].send("TP/1.1\r\nHost: x\r\n\r\n")
        clients[2].send("2")
        #expect(harness.reply(clients[0])?.body == "/half" && harness.reply(clients[2])?.body == "/body")
    }

    @Test("each newcomer costs one idler its place, and nobody who asked meanwhile")
    func outdated() throws {
        let (harness, clients) = try makeFull()
        harness.pass(milliseconds: 2_000)
        // All three are known to idle from here on.
        let first = try TestClient(port: harness.port)
        #expect(isServed(first, harness))
        #expect(clients.filter(\.isOver).count == 1)
        let idling = clients.filter { !$0.isOver }
        #expect(isServed(idling[0], harness))
        let second = try TestClient(port: harness.port)
        #expect(isServed(second, harness))
        #expect(idling[1].isOver && !idling[0].isOver)
        // Now all have just been served.
        #expect(harness.reply(try TestClient(port: harness.port))?.status == 503)
        #expect(!first.isOver && !second.isOver)
    }
}
