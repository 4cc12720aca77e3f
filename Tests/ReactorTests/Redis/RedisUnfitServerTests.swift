import TestServers
import Testing

@testable import Reactor

@Suite("RedisClient with a server that can't serve it")
struct RedisUnfitServerTests {
    @Test(
        "an error that makes a server of no use ends the connection, and the command as unknown",
        arguments: [
            "LOADING Redis is loading the dataset in memory",
            "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
            "BUSY Redis is busy running a script.", "UNKILLABLE Sorry the script already executed write commands.",
            "READONLY You can't write against a read only replica.", "CLUSTERDOWN The cluster is down",
        ])
    func leaves(error: String) throws {
        let server = try ScriptedRedis()
        let harness = try server.greet()
        // A handler that tries again at once finds no connection.
        harness.recorder.onReply = { [unowned harness] reply, _ in
            if reply == .unknown { #expect(!harness.send(["GET", "again"])) }
        }
        for tag in 0..<4 { harness.send(["GET", "key"], tag: UInt64(tag)) }
        // The answers that were on their way with it count; what has none ends with the connection.
        server.say("+first\r\n-\(error)\r\n+third\r\n")
        #expect(harness.turn { harness.recorder.replies.count == 4 })
        #expect(harness.recorder.replies == [.status("first"), .unknown, .status("third"), .unknown])
        #expect(harness.recorder.tags == [0, 1, 2, 3])
        let place = "127.0.0.1:\(harness.client.endpoint.port)"
        #expect(harness.observer.states == [.connected, .down(reason: "\(place): \(error)")])
        harness.end()
    }

    @Test(
        "an error about the command, or within an array, is its reply, and the connection stays",
        arguments: [
            (
                "-OOM command not allowed when used memory > 'maxmemory'.\r\n",
                KeptReply.error("OOM command not allowed when used memory > 'maxmemory'.")
            ),
            (
                "-NOREPLICAS Not enough good replicas to write.\r\n",
                .error("NOREPLICAS Not enough good replicas to write.")
            ),
            ("*2\r\n-READONLY no\r\n-LOADING no\r\n", .array([.error("READONLY no"), .error("LOADING no")])),
            ("$8\r\nREADONLY\r\n", .string("READONLY")),
        ])
    func stays(text: String, reply: KeptReply) throws {
        let server = try ScriptedRedis()
        let harness = try server.greet()
        harness.send(["GET", "key"])
        server.say(text)
        #expect(harness.turn { harness.recorder.replies.count == 1 })
        harness.send(["GET", "key"])
        server.say("+well\r\n")
        #expect(harness.turn { harness.recorder.replies.count == 2 })
        #expect(harness.recorder.replies == [reply, .status("well")] && harness.observer.states == [.connected])
        harness.end()
    }

    @Test("a server that is too busy to end a connection that was given up is asked again by the next connection")
    func busyFence() throws {
        let fence = RedisFence()
        let server = try ScriptedRedis()
        let harness = try server.greet(fence: fence)
        for (answer, isForgotten) in [(":1", true), ("-ERR no", true), ("-BUSY Redis is busy", false)] {
            fence.note(RedisFence.Connection(runID: ScriptedRedis.runID, clientID: 5))
            harness.send(["GET", "key"])
            server.say("\(answer)\r\n+reply\r\n")
            let before = harness.recorder.replies.count
            #expect(harness.turn { harness.recorder.replies.count > before })
            #expect(fence.connections(of: ScriptedRedis.runID).isEmpty == isForgotten)
        }
        #expect(!harness.client.isConnected)
        harness.end()
    }

    @Test("a real server that runs a script for too long is left, and found again when the script was ended")
    func busyServer() throws {
        let server = try RedisServer(options: ["--busy-reply-threshold", "1"])
        let harness = try RedisHarness.connected(to: server)
        // Runs until it is killed; redis-cli is not waited for.
        let script = try ChildProcess(
            "redis-cli", ["-h", "127.0.0.1", "-p", String(server.port), "EVAL", "while true do end", "0"])
        #expect(try eventually { try server.ask("PING").hasPrefix("BUSY") })
        harness.send(["GET", "key"])
        #expect(harness.turn { harness.recorder.replies == [.unknown] && harness.observer.states.count == 2 })
        #expect(harness.observer.lastReason?.hasPrefix("127.0.0.1:\(server.port): BUSY ") == true)
        #expect(try server.ask("SCRIPT", "KILL") == "OK")
        #expect(script.waitForEnd(within: 20) != nil)
        #expect(harness.turn { harness.client.isConnected })
        #expect(harness.observer.identities.count == 2 && Set(harness.observer.identities).count == 1)
        harness.end()
    }
}
