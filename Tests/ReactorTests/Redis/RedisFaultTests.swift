import Glibc
import TestServers
import Testing

@testable import Reactor

@Suite("RedisClient when its server fails")
struct RedisFaultTests {
    @Test("a server that is killed is noticed at once; it is found again, empty, when it is back")
    func kill() throws {
        let server = try RedisServer()
        let harness = try RedisHarness.connected(to: server)
        #expect(harness.ask("SET", "key", "1") == .status("OK"))
        for tag in 0..<5 { harness.send(["GET", "key"], tag: UInt64(tag)) }
        server.kill()
        #expect(harness.turn { !harness.client.isConnected })
        #expect(harness.turn { harness.recorder.replies.count == 6 })
        #expect(harness.recorder.replies.dropFirst() == [.unknown, .unknown, .unknown, .unknown, .unknown])
        #expect(!harness.send(["GET", "key"]))
        // Long enough for some attempts.
        #expect(harness.turn { harness.observer.lastReason?.hasSuffix("Connection refused") == true })
        #expect(harness.observer.lastReason == "connect to 127.0.0.1:\(server.port): Connection refused")
        try server.start()
        #expect(harness.turn { harness.client.isConnected })
        #expect(harness.ask("GET", "key") == .null)
        #expect(harness.observer.states.last == .connected && harness.observer.states.count <= 4)
        harness.end()
    }

    @Test("a server that stands still is noticed in under a second by a command that waits, and found again")
    func freezeBusy() throws {
        let server = try RedisServer()
        let harness = try RedisHarness.connected(to: server) { $0 = RedisSettings() }
        #expect(server.freeze())
        #expect(harness.send(["GET", "key"], tag: 9))
        // By the time of the loop's turns, which a busy machine may hold up.
        let sent = harness.loop.now
        var lastConnected = sent
        let noticed = harness.turn {
            if harness.client.isConnected { lastConnected = harness.loop.now }
            return !harness.recorder.replies.isEmpty
        }
        #expect(noticed && harness.recorder.replies == [.unknown] && harness.recorder.tags == [9])
        #expect(lastConnected < sent.advanced(byMilliseconds: 1000))
        #expect(harness.loop.now >= sent.advanced(byMilliseconds: 500))
        // The kernel still takes connections for it, so now the handshake goes unanswered; that is no news.
        let attempts = Timeout(seconds: 1.2)
        #expect(harness.turn { attempts.hasPassed })
        let place = "127.0.0.1:\(server.port)"
        #expect(harness.observer.states == [.connected, .down(reason: "\(place): no answer within 500 ms")])
        server.thaw()
        #expect(harness.turn { harness.client.isConnected })
        harness.end()
    }

    @Test("a server that stands still is noticed in under a second by a client that has nothing to do")
    func freezeIdle() throws {
        let server = try RedisServer()
        let clock = ManualClock()
        let harness = try RedisHarness.connected(to: server, clock: clock) { $0 = RedisSettings() }
        // A ping that is answered.
        clock.advance(milliseconds: 500)
        harness.loop.turnNow()
        #expect(harness.client.pending.count == 1)
        #expect(harness.turn { harness.client.pending.count == 0 })
        #expect(server.freeze())
        for (step, isConnected) in [(499, true), (1, true), (399, true), (1, false)] {
            clock.advance(milliseconds: step)
            harness.loop.turnNow()
            #expect(harness.client.isConnected == isConnected)
        }
        server.thaw()
        harness.end()
    }

    @Test("each command has its whole time, and all behind the one that is late end with it")
    func deadlines() throws {
        let server = try RedisServer()
        let clock = ManualClock()
        let harness = try RedisHarness.connected(to: server, clock: clock) { $0 = RedisSettings() }
        harness.send(["GET", "a"], tag: 1)
        #expect(harness.turn { harness.recorder.replies.count == 1 })
        #expect(server.freeze())
        // A ping, due otherwise, is not sent while a command waits.
        clock.advance(milliseconds: 300)
        harness.loop.turnNow()
        harness.send(["GET", "b"], tag: 2)
        for (step, tag) in [(250, 3), (249, 4)] as [(Int, UInt64)] {
            clock.advance(milliseconds: step)
            harness.loop.turnNow()
            #expect(harness.client.isConnected && harness.send(["GET", "c"], tag: tag))
        }
        clock.advance(milliseconds: 1)
        harness.loop.turnNow()
        #expect(!harness.client.isConnected)
        harness.loop.turnNow()
        #expect(harness.recorder.tags == [1, 2, 3, 4])
        #expect(harness.recorder.replies == [.null, .unknown, .unknown, .unknown])
        server.thaw()
        harness.end()
    }

    @Test("a reply that is there when our own loop comes back from standing still counts, however long that took")
    func ownStandstill() throws {
        let server = try RedisServer()
        let clock = ManualClock()
        let harness = try RedisHarness.connected(to: server, clock: clock) { $0 = RedisSettings() }
        harness.send(["SET", "key", "1"])
        harness.client.flush()
        // Redis writes its answers before it reads the next commands.
        #expect(try eventually { try server.ask("GET", "key") == "1" })
        clock.advance(milliseconds: 10_000)
        harness.loop.turnNow()
        #expect(harness.recorder.replies == [.status("OK")])
        #expect(harness.observer.states == [.connected])
        harness.end()
    }

    @Test(
        "what the network delivers late, from a connection that was given up, is not run behind another's commands",
        arguments: [true, false])
    func fence(otherIsConnected: Bool) throws {
        let server = try RedisServer()
        let fence = RedisFence()
        let relay = try StallingRelay(to: server.port)
        var other = otherIsConnected ? try RedisHarness.connected(to: server, fence: fence) : nil
        let first = try RedisHarness(RedisEndpoint(host: "127.0.0.1", port: relay.port), fence: fence) {
            $0.commandMilliseconds = 200
        }
        first.client.start()
        #expect(first.turn { first.client.isConnected })
        relay.stall()
        first.send(["SET", "key", "old"])
        #expect(first.turn { first.recorder.replies == [.unknown] })
        #expect(fence.count == 1)
        first.end()

        // Another client of the process, by another way.
        let second = try other ?? RedisHarness.connected(to: server, fence: fence)
        other = nil
        #expect(second.ask("SET", "key", "new") == .status("OK"))
        #expect(fence.count == 0)
        relay.release()
        #expect(eventually { relay.isOver })
        #expect(second.ask("GET", "key") == .string("new"))
        #expect(second.recorder.replies.count == 2 && second.observer.states == [.connected])
        second.end()
    }

    @Test("a server that stood still runs nothing of a connection that was given up once the next one is in use")
    func fenceOfFrozenServer() throws {
        let server = try RedisServer()
        let fence = RedisFence()
        let harness = try RedisHarness.connected(to: server, fence: fence) { $0.commandMilliseconds = 500 }
        #expect(server.freeze())
        for _ in 0..<2_000 { harness.send(["INCR", "late"]) }
        #expect(harness.turn { harness.recorder.replies.count == 2_000 })
        #expect(harness.recorder.replies.allSatisfy { $0 == .unknown } && fence.count == 1)
        server.thaw()
        #expect(harness.turn { harness.client.isConnected })
        #expect(fence.count == 0)
        #expect(harness.ask("SET", "late", "0") == .status("OK"))
        for _ in 0..<50 { #expect(harness.ask("GET", "late") == .string("0")) }
        harness.end()
    }

    @Test("a wrong password is a clear reason that doesn't hold it; the right one gets in")
    func password() throws {
        let server = try RedisServer(password: "right-secret")
        for (user, password, reason) in [
            (nil, "wrong-secret", "AUTH was refused: wrong user name or password"),
            ("somebody", "wrong-secret", "AUTH was refused: wrong user name or password"),
            (nil, nil, "NOAUTH, a password is required"),
        ] as [(String?, String?, String)] {
            let endpoint = RedisEndpoint(host: "127.0.0.1", port: server.port, user: user, password: password)
            let harness = try RedisHarness(endpoint)
            harness.client.start()
            #expect(harness.turn { harness.observer.lastReason != nil })
            #expect(harness.observer.states == [.down(reason: "127.0.0.1:\(server.port): \(reason)")])
            harness.end()
        }
        for user in [nil, "default"] {
            let endpoint = RedisEndpoint(host: "127.0.0.1", port: server.port, user: user, password: "right-secret")
            let harness = try RedisHarness(endpoint)
            harness.client.start()
            #expect(harness.turn { harness.client.isConnected })
            #expect(harness.ask("PING") == .status("PONG"))
            harness.end()
        }
    }

    @Test(
        "a password for a server without one, a database that isn't there, and a script with an error are clear reasons"
    )
    func refusedHandshakes() throws {
        let server = try RedisServer()
        let rows: [(RedisEndpoint, [String], String)] = [
            (
                RedisEndpoint(host: "127.0.0.1", port: server.port, password: "my-secret"), [],
                "AUTH was refused: the server has no password set"
            ),
            (
                RedisEndpoint(host: "127.0.0.1", port: server.port, database: 99), [],
                "SELECT 99 was refused: ERR DB index is out of range"
            ),
            (RedisEndpoint(host: "127.0.0.1", port: server.port), ["this is no Lua"], "SCRIPT LOAD was refused: ERR"),
        ]
        for (endpoint, scripts, reason) in rows {
            let harness = try RedisHarness(endpoint) { $0.scripts = scripts }
            harness.client.start()
            #expect(harness.turn { harness.observer.lastReason != nil })
            #expect(harness.observer.lastReason?.hasPrefix("127.0.0.1:\(server.port): \(reason)") == true)
            harness.end()
        }
    }

    @Test("users without the right to ask for the client id and the server's state can work all the same")
    func restrictedUser() throws {
        let server = try RedisServer()
        #expect(try server.ask("ACL", "SETUSER", "narrow", "on", ">pw", "~*", "+get", "+set", "+ping") == "OK")
        let harness = try RedisHarness(
            RedisEndpoint(host: "127.0.0.1", port: server.port, user: "narrow", password: "pw"))
        harness.client.start()
        #expect(harness.turn { harness.client.isConnected })
        #expect(harness.ask("SET", "a", "b") == .status("OK"))
        harness.end()
    }

    @Test("a server with no room for another client says so")
    func tooManyClients() throws {
        let server = try RedisServer(options: ["--maxclients", "1"])
        let first = try RedisHarness.connected(to: server)
        let second = try RedisHarness(RedisEndpoint(host: "127.0.0.1", port: server.port))
        second.client.start()
        #expect(second.turn { second.observer.lastReason != nil })
        #expect(second.observer.lastReason == "127.0.0.1:\(server.port): the server has too many clients")
        second.end()
        first.end()
    }

    @Test("a name that nobody knows is a clear reason, and the loop goes on turning")
    func unknownName() throws {
        let harness = try RedisHarness(RedisEndpoint(host: "no-such-host.invalid"))
        harness.client.start()
        #expect(harness.turn(within: 60) { harness.observer.states.count == 1 })
        #expect(harness.observer.lastReason?.hasPrefix("look up no-such-host.invalid: ") == true)
        harness.end()
    }

    @Test("an address whose server refuses us is passed over like one where nobody listens, without news of it")
    func nextAddress() throws {
        let (closed, open) = (try RedisServer(password: "secret"), try RedisServer())
        let name = MovingName(closed.port, FreePort.next(), open.port)
        let clock = ManualClock()
        let harness = try RedisHarness(RedisEndpoint(host: "orders-redis"), clock: clock) { $0.resolve = name.resolve }
        harness.client.start()
        #expect(harness.turn { harness.client.isConnected })
        #expect(harness.observer.states == [.connected] && name.lookups == 1)
        #expect(harness.ask("SET", "key", "value") == .status("OK"))
        #expect(try open.ask("GET", "key") == "value")

        // When all have refused, the last one's reason is told, and the next attempt looks the name up anew.
        name.move(to: closed.port, closed.port)
        harness.client.giveUp("enough")
        for lookups in 2...3 {
            #expect(harness.turn { harness.client.phase == .waiting })
            clock.advance(milliseconds: 1_000)
            #expect(harness.turn { name.lookups == lookups && harness.client.phase == .waiting })
        }
        #expect(harness.observer.lastReason == "orders-redis:6379: NOAUTH, a password is required")
        #expect(harness.observer.states.count == 3)
        harness.end()
    }

    @Test("2,000 connections one after the other leave no descriptor behind")
    func descriptors() throws {
        let server = try RedisServer()
        let harness = try RedisHarness.connected(to: server) {
            $0.firstRetryMilliseconds = 1
            $0.longestRetryMilliseconds = 1
        }
        let before = OpenDescriptors.all().count
        for round in 0..<2000 {
            harness.client.giveUp("round \(round)")
            #expect(harness.turn { harness.client.isConnected && harness.observer.states.count == 3 + 2 * round })
        }
        #expect(try eventually { try server.ask("INFO", "clients").contains("connected_clients:2") })
        // Tests beside this one have some of their own.
        #expect(OpenDescriptors.all().count < before + 500)
        harness.end()
    }
}

enum OpenDescriptors {
    static func all() -> [String] { FileContent.names(in: "/proc/self/fd") }
}
