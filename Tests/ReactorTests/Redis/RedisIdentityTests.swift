import TestServers
import Testing

@testable import Reactor

@Suite("The identity of a server")
struct RedisIdentityTests {
    @Test("it is the same after a lost connection and for another client, and another one after a restart")
    func restart() throws {
        let server = try RedisServer()
        let harness = try RedisHarness.connected(to: server)
        #expect(try server.ask("CLIENT", "KILL", "TYPE", "normal") == "1")
        #expect(harness.turn { harness.observer.identities.count == 2 })
        let other = try RedisHarness.connected(to: server)
        server.kill()
        #expect(harness.turn { !harness.client.isConnected })
        try server.start()
        #expect(harness.turn { harness.observer.identities.count == 3 })
        let identities = harness.observer.identities
        #expect(identities[0] == identities[1] && other.observer.identities == [identities[0]])
        #expect(identities[2] != identities[0])
        for identity in identities {
            guard case .known(let runID, let replicationID) = identity else {
                Issue.record("\(identity)")
                continue
            }
            #expect(runID.utf8.count == 40 && replicationID.utf8.count == 40)
        }
        other.end()
        harness.end()
    }

    @Test("a server that was another one's replica between two checks is left, and then another one")
    func betweenChecks() throws {
        let (server, primary) = (try RedisServer(), try RedisServer())
        let clock = ManualClock()
        let harness = try RedisHarness.connected(to: server, clock: clock) { $0.roleMilliseconds = 1_000 }
        #expect(try server.ask("REPLICAOF", "127.0.0.1", String(primary.port)) == "OK")
        #expect(try server.ask("REPLICAOF", "NO", "ONE") == "OK")
        clock.advance(milliseconds: 1_000)
        #expect(harness.turn { harness.observer.states.count == 2 })
        #expect(harness.observer.lastReason == "127.0.0.1:\(server.port): the server has another replication id")
        #expect(harness.turn { harness.client.phase == .waiting })
        clock.advance(milliseconds: 1_000)
        #expect(harness.turn { harness.client.isConnected })
        #expect(Set(harness.observer.identities).count == 2)
        harness.end()
    }

    @Test("where the user may not ask, each connection counts as one to another server, and the role isn't asked for")
    func forbidden() throws {
        let server = try RedisServer()
        #expect(try server.ask("ACL", "SETUSER", "narrow", "on", ">pw", "~*", "+get", "+ping") == "OK")
        let clock = ManualClock()
        let harness = try RedisHarness(
            RedisEndpoint(host: "127.0.0.1", port: server.port, user: "narrow", password: "pw"), clock: clock)
        harness.client.start()
        #expect(harness.turn { harness.client.isConnected })
        clock.advance(milliseconds: 10_000)
        harness.loop.turnNow()
        #expect(harness.client.isConnected && harness.client.pending.count == 0)
        harness.client.giveUp("enough")
        #expect(harness.turn { harness.client.phase == .waiting })
        clock.advance(milliseconds: 1_000)
        #expect(harness.turn { harness.client.isConnected })
        #expect(Set(harness.observer.identities).count == 2)
        harness.end()
    }

    @Test("a user who loses the right to ask is connected anew, without it")
    func forbiddenLater() throws {
        let server = try RedisServer()
        let clock = ManualClock()
        #expect(try server.ask("ACL", "SETUSER", "narrow", "on", ">pw", "~*", "+get", "+ping", "+info") == "OK")
        let harness = try RedisHarness(
            RedisEndpoint(host: "127.0.0.1", port: server.port, user: "narrow", password: "pw"), clock: clock
        ) { $0.roleMilliseconds = 1_000 }
        harness.client.start()
        #expect(harness.turn { harness.client.isConnected })
        #expect(try server.ask("ACL", "SETUSER", "narrow", "-info") == "OK")
        clock.advance(milliseconds: 1_000)
        #expect(harness.turn { harness.client.phase == .waiting })
        clock.advance(milliseconds: 1_000)
        #expect(harness.turn { harness.client.isConnected })
        clock.advance(milliseconds: 10_000)
        harness.loop.turnNow()
        #expect(harness.client.isConnected)
        harness.end()
    }
}
