import Glibc
import TestServers
import Testing

@testable import Reactor

@Suite("RedisClient with a real server")
struct RedisClientTests {
    @Test("commands get their replies of every kind, in their order and with their tags")
    func replies() throws {
        let server = try RedisServer()
        let harness = try RedisHarness.connected(to: server)
        let rows: [([String], KeptReply)] = [
            (["SET", "text", "value"], .status("OK")),
            (["GET", "text"], .string("value")),
            (["GET", "nothing"], .null),
            (["SET", "empty", ""], .status("OK")),
            (["GET", "empty"], .string("")),
            (["INCR", "text"], .error("ERR value is not an integer or out of range")),
            (["DECRBY", "number", "9223372036854775807"], .integer(-9_223_372_036_854_775_807)),
            (["MGET", "text", "nothing", "empty"], .array([.string("value"), .null, .string("")])),
            (["KEYS", "none*"], .array([])),
            (
                ["EVAL", "return {1, {'two', {}, false, {3}}, redis.status_reply('four')}", "0"],
                .array([
                    .integer(1), .array([.string("two"), .array([]), .null, .array([.integer(3)])]), .status("four"),
                ])
            ),
        ]
        for (tag, row) in rows.enumerated() { #expect(harness.send(row.0, tag: UInt64(tag))) }
        #expect(harness.turn { harness.recorder.replies.count == rows.count })
        #expect(harness.recorder.replies == rows.map(\.1))
        #expect(harness.recorder.tags == (0..<UInt64(rows.count)).map { $0 })
        #expect(harness.observer.states == [.connected])
        harness.end()
    }

    @Test("a value of 10 MB goes there and back, also between small ones")
    func large() throws {
        let server = try RedisServer()
        let harness = try RedisHarness.connected(to: server)
        let value = String(repeating: "0123456789", count: 1 << 20)
        #expect(harness.ask("SET", "large", value) == .status("OK"))
        #expect(harness.ask("SET", "small", "s") == .status("OK"))
        #expect(harness.ask("GET", "large") == .string(value))
        #expect(harness.ask("MGET", "small", "large", "small") == .array([.string("s"), .string(value), .string("s")]))
        #expect(harness.ask("GET", "small") == .string("s"))
        harness.end()
    }

    @Test("100,000 commands sent in one turn are each answered once and in order")
    func pipeline() throws {
        let server = try RedisServer()
        let harness = try RedisHarness.connected(to: server) {
            $0.pendingCommands = 1 << 20
        }
        for number in 0..<100_000 { #expect(harness.send(["INCR", "counter"], tag: UInt64(number))) }
        #expect(harness.turn { harness.recorder.replies.count == 100_000 })
        #expect(harness.recorder.replies == (1...100_000).map { .integer($0) })
        #expect(harness.recorder.tags == (0..<100_000).map { $0 })
        harness.end()
    }

    @Test("a command for 1,000 keys made of pieces, used again and again, stores each value")
    func multipleSet() throws {
        let server = try RedisServer()
        let harness = try RedisHarness.connected(to: server)
        var command = RedisCommand()
        for round in 0..<3 {
            command.removeAll()
            command.append("MSET")
            for number in 0..<1000 {
                command.beginArgument()
                command.appendPiece("key:")
                command.appendPiece(decimal: UInt64(number))
                command.endArgument()
                command.append(decimal: UInt64(number * 7 + round))
            }
            #expect(command.argumentCount == 2001)
            let wasTaken = harness.client.send(command, handler: harness.recorder, tag: 1)
            #expect(wasTaken)
            #expect(harness.turn { harness.recorder.replies.count == round + 1 })
        }
        #expect(harness.recorder.replies == [.status("OK"), .status("OK"), .status("OK")])
        #expect(harness.ask("DBSIZE") == .integer(1000))
        #expect(
            harness.ask("MGET", "key:0", "key:9", "key:999") == .array([.string("2"), .string("65"), .string("6995")]))
        harness.end()
    }

    @Test("nothing is taken before the connection is there, nor after it was closed; what is under way ends as unknown")
    func refusals() throws {
        let server = try RedisServer()
        let harness = try RedisHarness(RedisEndpoint(host: "localhost", port: server.port))
        #expect(!harness.send(["PING"]))
        harness.client.start()
        #expect(!harness.client.isConnected && !harness.send(["PING"]))
        #expect(harness.turn { harness.client.isConnected })
        #expect(harness.send(["PING"], tag: 7))
        harness.client.close()
        #expect(!harness.client.isConnected && !harness.send(["PING"]))
        #expect(harness.recorder.replies == [])
        harness.loop.turnNow()
        #expect(harness.recorder.replies == [.unknown] && harness.recorder.tags == [7])
        harness.loop.turnNow()
        #expect(harness.recorder.replies.count == 1 && harness.observer.states == [.connected])
    }

    @Test("more commands than the limit are not taken until replies have come")
    func limit() throws {
        let server = try RedisServer()
        let harness = try RedisHarness.connected(to: server) { $0.pendingCommands = 3 }
        #expect((0..<5).map { _ in harness.send(["PING"]) } == [true, true, true, false, false])
        #expect(harness.turn { harness.recorder.replies.count == 3 })
        #expect(harness.send(["PING"]))
        harness.end()
    }

    @Test("a command that is sent by a flush hook behind the client's leaves before the loop sleeps")
    func lateInTurn() throws {
        let server = try RedisServer()
        let harness = try RedisHarness.connected(to: server)
        var isDue = true
        harness.loop.add(
            flushHook: Callback { [unowned harness] in
                if isDue { #expect(harness.send(["PING"])) }
                isDue = false
            })
        let before = Timeout.now()
        while harness.recorder.replies.isEmpty { harness.loop.turn() }
        // Nothing but a timer of 20 s would have woken the loop.
        #expect(Timeout.now() - before < 15)
        harness.end()
    }

    @Test("a handler may send the next command within its call, and close the client there")
    func fromHandlers() throws {
        let server = try RedisServer()
        let harness = try RedisHarness.connected(to: server)
        harness.recorder.onReply = { [unowned harness] _, tag in
            if tag < 50 {
                #expect(harness.send(["INCR", "n"], tag: tag + 1))
            } else if tag == 50 {
                #expect(harness.send(["INCR", "n"], tag: 51))
                harness.client.close()
            }
        }
        harness.send(["INCR", "n"], tag: 0)
        #expect(harness.turn { harness.recorder.tags.last == 51 })
        #expect(harness.recorder.replies == (1...51).map { .integer($0) } + [.unknown])
    }

    @Test("a script is called by its hash; a server that forgot it says so, and has it again on the next connection")
    func scripts() throws {
        let server = try RedisServer()
        let harness = try RedisHarness.connected(to: server) {
            $0.scripts = ["return 'first'", "return {KEYS[1], ARGV[1]}"]
        }
        var arguments = RedisCommand()
        func call() -> KeptReply? {
            arguments.removeAll()
            arguments.append(decimal: 1)
            arguments.append("some key")
            arguments.append("an argument")
            let before = harness.recorder.replies.count
            let script = RedisScript(index: 1)
            guard harness.client.sendScript(script, arguments, handler: harness.recorder, tag: 0),
                harness.turn(until: { harness.recorder.replies.count > before })
            else { return nil }
            return harness.recorder.replies.last
        }
        let expected = KeptReply.array([.string("some key"), .string("an argument")])
        #expect(call() == expected)
        _ = try server.ask("SCRIPT", "FLUSH")
        #expect(call() == .error("NOSCRIPT No matching script. Please use EVAL."))
        #expect(!harness.client.isConnected || harness.observer.states.count == 1)
        #expect(harness.turn { harness.observer.states.count == 3 && harness.client.isConnected })
        #expect(call() == expected)
        harness.end()
    }

    @Test("SELECT: keys are in the database that was named")
    func database() throws {
        let server = try RedisServer()
        let harness = try RedisHarness(RedisEndpoint(host: "127.0.0.1", port: server.port, database: 3))
        harness.client.start()
        #expect(harness.turn { harness.client.isConnected })
        #expect(harness.ask("SET", "here", "1") == .status("OK"))
        #expect(try server.ask("-n", "3", "EXISTS", "here") == "1")
        #expect(try server.ask("EXISTS", "here") == "0")
        harness.end()
    }
}
