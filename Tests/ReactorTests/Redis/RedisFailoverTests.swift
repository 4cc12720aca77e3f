import TestServers
import Testing

@testable import Reactor

@Suite("RedisClient when the primary moves")
struct RedisFailoverTests {
    private func demote(_ server: RedisServer, below primary: RedisServer) throws {
        #expect(try server.ask("REPLICAOF", "127.0.0.1", String(primary.port)) == "OK")
    }

    @Test("a demoted primary is left within two seconds by a client that only reads", arguments: [true, false])
    func reader(isBusy: Bool) throws {
        let (server, primary) = (try RedisServer(), try RedisServer())
        let clock = ManualClock()
        let harness = try RedisHarness.connected(to: server, clock: clock) { $0 = RedisSettings() }
        /// Turns of the loop at one time, until all that was sent is answered.
        func settle() {
            #expect(harness.turn { harness.client.pending.count == 0 || !harness.client.isConnected })
        }
        // A check that finds a primary changes nothing.
        for _ in 0..<10 {
            clock.advance(milliseconds: 250)
            if isBusy { harness.send(["GET", "key"]) }
            harness.loop.turnNow()
            settle()
        }
        #expect(harness.observer.states == [.connected])
        try demote(server, below: primary)
        var milliseconds = 0
        while harness.client.isConnected && milliseconds < 10_000 {
            clock.advance(milliseconds: 250)
            milliseconds += 250
            if isBusy { harness.send(["GET", "key"]) }
            harness.loop.turnNow()
            settle()
        }
        harness.loop.turnNow()
        #expect(milliseconds <= 1_000)
        #expect(harness.observer.lastReason == "127.0.0.1:\(server.port): the server is a replica")
        #expect(!harness.recorder.replies.contains { if case .error = $0 { true } else { false } })
        harness.end()
    }

    @Test("a demoted primary is left at once by a client that writes, by a command or within a script")
    func writer() throws {
        let (server, primary) = (try RedisServer(), try RedisServer())
        for isScript in [false, true] {
            let harness = try RedisHarness.connected(to: server) {
                $0.scripts = ["return redis.call('SET', KEYS[1], 'value')"]
            }
            try demote(server, below: primary)
            if isScript {
                var arguments = RedisCommand()
                arguments.append(decimal: 1)
                arguments.append("key")
                let wasTaken = harness.client.sendScript(
                    RedisScript(index: 0), arguments, handler: harness.recorder, tag: 0)
                #expect(wasTaken)
            } else {
                harness.send(["SET", "key", "value"])
            }
            #expect(harness.turn { harness.observer.states.count == 2 })
            #expect(harness.recorder.replies == [.unknown])
            let reason = "127.0.0.1:\(server.port): READONLY You can't write against a read only replica."
            #expect(harness.observer.lastReason?.hasPrefix(reason) == true)
            harness.end()
            #expect(try server.ask("REPLICAOF", "NO", "ONE") == "OK")
        }
    }

    @Test("a client whose name moves reaches the new primary; until then each attempt looks the name up, none hurries")
    func moved() throws {
        let (server, primary) = (try RedisServer(), try RedisServer())
        let name = MovingName(server.port)
        let clock = ManualClock()
        let harness = try RedisHarness(RedisEndpoint(host: "orders-redis"), clock: clock) { $0.resolve = name.resolve }
        harness.client.start()
        #expect(harness.turn { harness.client.isConnected })
        #expect(name.lookups == 1)
        try demote(server, below: primary)
        harness.send(["SET", "key", "lost"])
        #expect(harness.turn { harness.client.phase == .waiting })
        // Every attempt ends at the replica, and then time must pass.
        for attempt in 2..<10 {
            for _ in 0..<3 { harness.loop.turnNow() }
            #expect(name.lookups == attempt - 1 && harness.client.phase == .waiting)
            clock.advance(milliseconds: 1_000)
            harness.loop.turnNow()
            #expect(harness.turn { harness.client.phase == .waiting && name.lookups == attempt })
            #expect(harness.observer.lastReason == "orders-redis:6379: the server is a replica")
        }
        name.move(to: primary.port)
        clock.advance(milliseconds: 1_000)
        #expect(harness.turn { harness.client.isConnected })
        #expect(harness.ask("SET", "key", "value") == .status("OK"))
        #expect(try primary.ask("GET", "key") == "value")
        #expect(Set(harness.observer.identities).count == 2)
        harness.end()
    }

    @Test("of the addresses of one name the first that is a primary is taken, without news of the others")
    func manyAddresses() throws {
        let (replica, primary) = (try RedisServer(), try RedisServer())
        try demote(replica, below: primary)
        let name = MovingName(replica.port, FreePort.next(), replica.port, primary.port)
        let clock = ManualClock()
        let harness = try RedisHarness(RedisEndpoint(host: "orders-redis"), clock: clock) { $0.resolve = name.resolve }
        harness.client.start()
        #expect(harness.turn { harness.client.isConnected })
        #expect(harness.observer.states == [.connected] && name.lookups == 1)
        #expect(harness.ask("SET", "key", "value") == .status("OK"))

        // With no primary among them the last one's reason is told, and the next attempt waits.
        name.move(to: replica.port, replica.port)
        harness.client.giveUp("enough")
        clock.advance(milliseconds: 1_000)
        #expect(harness.turn { harness.client.phase == .waiting })
        clock.advance(milliseconds: 1_000)
        #expect(harness.turn { harness.observer.states.count == 3 })
        #expect(harness.observer.lastReason == "orders-redis:6379: the server is a replica")
        #expect(name.lookups == 2 && harness.client.phase == .waiting)
        harness.end()
    }
}
