import Glibc
import Testing

@testable import Reactor

@Suite("The handshake with odd servers")
struct RedisHandshakeTests {
    private static let info =
        "$51\r\nrun_id:0123456789012345678901234567890123456789\r\n\r\n\r\n"
        + "$69\r\nrole:master\r\nmaster_replid:abcdefabcdefabcdefabcdefabcdefabcdefabcd\r\n\r\n"

    /// A client that connects to a server which says `text`, whatever it is asked.
    private func meet(
        _ text: String, endpoint: RedisEndpoint = RedisEndpoint(host: "127.0.0.1"), scripts: [String] = []
    ) throws -> RedisHarness {
        let listener = try Listener(host: "127.0.0.1", port: 0)
        var endpoint = endpoint
        endpoint.port = listener.port
        let harness = try RedisHarness(endpoint) { $0.scripts = scripts }
        harness.client.start()
        var accepted: FileDescriptor?
        var peer = sockaddr_storage()
        _ = harness.turn {
            if case .accepted(let raw) = listener.accept(peer: &peer) { accepted = FileDescriptor(owning: raw) }
            return accepted != nil
        }
        guard let server = accepted.take() else { preconditionFailure("nobody connects") }
        let bytes = Array(text.utf8)
        let sent = send(server.raw, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        #expect(sent == bytes.count)
        #expect(harness.turn { !harness.observer.states.isEmpty })
        _ = consume server
        return harness
    }

    @Test(
        "a refusal is a clear reason, and a secret that the server repeats isn't in it",
        arguments: [
            ("-ERR unknown command 'AUTH', with args beginning with: 'me' 'hunter2' \r\n", "AUTH was refused: ERR"),
            ("-hunter2\r\n", "AUTH was refused: "),
            ("-ERR invalid password\r\n", "AUTH was refused: wrong user name or password"),
            (
                "-ERR wrong number of arguments for 'auth' command\r\n",
                "AUTH was refused: the server knows no users, only a password"
            ),
            ("-ERR max number of clients reached\r\n", "the server has too many clients"),
            ("+OK\r\n-NOAUTH Authentication required.\r\n", "NOAUTH, a password is required"),
            (
                "+OK\r\n:1\r\n\(info)-LOADING Redis is loading the dataset in memory\r\n",
                "LOADING Redis is loading the dataset in memory"
            ),
            ("HTTP/1.1 400 Bad Request\r\n\r\n", "Protocol error, got \"H\" as reply type byte"),
        ])
    func refusals(text: String, reason: String) throws {
        let endpoint = RedisEndpoint(host: "127.0.0.1", user: "me", password: "hunter2")
        let harness = try meet(text, endpoint: endpoint)
        let place = "127.0.0.1:\(harness.client.endpoint.port)"
        #expect(harness.observer.states == [.down(reason: "\(place): \(reason)")])
        harness.end()
    }

    @Test("a script that isn't answered with a hash is a clear reason")
    func script() throws {
        let harness = try meet(":1\r\n\(Self.info)+OK\r\n+PONG\r\n", scripts: ["return 1"])
        #expect(
            harness.observer.lastReason?.hasSuffix("SCRIPT LOAD was answered with something else than a hash") == true)
        harness.end()
    }

    @Test(
        "a proxy that knows no client ids or run ids serves all the same, without a fence",
        arguments: [
            "-ERR unknown command\r\n-ERR unknown command\r\n-ERR unknown command\r\n", "+strange\r\n*0\r\n+odd\r\n",
            "$-1\r\n$3\r\nabc\r\n$-1\r\n",
        ])
    func proxies(text: String) throws {
        let harness = try meet(text + "+PONG\r\n")
        #expect(harness.observer.states == [.connected])
        #expect(harness.client.handshake.connection == nil)
        harness.end()
    }

    @Test("the server's run id and our client id name the connection")
    func names() throws {
        let harness = try meet(":17\r\n\(Self.info)+PONG\r\n")
        #expect(harness.observer.states == [.connected])
        let expected = RedisFence.Connection(runID: "0123456789012345678901234567890123456789", clientID: 17)
        #expect(harness.client.handshake.connection == expected)
        harness.end()
    }
}

@Suite("RedisFence")
struct RedisFenceTests {
    private func connection(_ server: String, _ id: Int64) -> RedisFence.Connection {
        RedisFence.Connection(runID: server, clientID: id)
    }

    @Test("connections stay noted, once each and for their own server, until they are forgotten")
    func notes() {
        let fence = RedisFence()
        for id in [1, 2, 1] as [Int64] { fence.note(connection("a", id)) }
        fence.note(connection("b", 1))
        #expect(fence.connections(of: "a") == [connection("a", 1), connection("a", 2)])
        #expect(fence.connections(of: "a").count == 2 && fence.connections(of: "c") == [])
        fence.note(connection("a", 3))
        fence.forget([connection("a", 1), connection("a", 2)])
        #expect(
            fence.connections(of: "a") == [connection("a", 3)] && fence.connections(of: "b") == [connection("b", 1)])
    }

    @Test("of more than 1,024 notes the oldest go")
    func bound() {
        let fence = RedisFence()
        for id in 0..<2000 as Range<Int64> { fence.note(connection("a", id)) }
        #expect(fence.connections(of: "a").map(\.clientID) == (976..<2000).map { $0 })
    }
}

@Suite("PendingCommands")
struct PendingCommandsTests {
    private final class Nobody: RedisReplyHandler {
        func redisReplied(_ reply: borrowing RedisReply, tag: UInt64) {}
    }

    @Test("entries come out in the order in which they went in, while the queue never runs dry")
    func order() {
        var pending = PendingCommands()
        let handler = Nobody()
        var (next, expected) = (UInt64(0), UInt64(0))
        for round in 0..<20_000 {
            for _ in 0..<(round < 5_000 ? 2 : 1) {
                pending.append(.command(handler, tag: next), deadline: Deadline(nanoseconds: next))
                next += 1
            }
            let deadline = pending.deadline
            #expect(deadline == Deadline(nanoseconds: expected))
            guard case .command(_, let tag) = pending.popFirst() else { return #expect(Bool(false)) }
            #expect(tag == expected)
            expected += 1
        }
        let counts = [pending.count, pending.commands]
        #expect(counts == [5_000, 5_000])
    }
}
