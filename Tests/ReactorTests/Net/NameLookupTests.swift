import Testing

@testable import Reactor

@Suite("NameLookup")
struct NameLookupTests {
    private static let soon = Deadline.now().advanced(byMilliseconds: 30_000)

    private func addresses(_ outcome: NameLookup.Outcome?) throws -> [SocketAddress] {
        guard case .addresses(let addresses)? = outcome else {
            Issue.record("\(String(describing: outcome))")
            return []
        }
        return addresses
    }

    @Test("an address is its own look-up, for which nobody waits", arguments: ["127.0.0.1", "::1"])
    func numeric(host: String) throws {
        // Nothing but what is known at once can be there by a deadline that has passed.
        let past = Deadline(nanoseconds: 0)
        #expect(try addresses(NameLookup.addresses(of: host, port: 80, until: past)).count == 1)
        #expect(try addresses(NameLookup.addresses(of: host, port: 80)).count == 1)
    }

    @Test("a name without an address is a failure in the resolver's words, with or without a deadline")
    func unknown() {
        let outcomes = [
            NameLookup.addresses(of: "no-such-host.invalid", port: 80),
            NameLookup.addresses(of: "no-such-host.invalid", port: 80, until: Self.soon),
        ]
        for outcome in outcomes {
            var reason: String?
            if case .failed(let failure)? = outcome { reason = failure.description }
            #expect(reason?.isEmpty == false)
        }
    }

    @Test("the owner of a look-up on a loop is told on the loop, each time it asks")
    func onLoop() throws {
        let loop = try EventLoop()
        let owner = Owner()
        let lookup = try LoopNameLookup(loop: loop, owner: owner)
        for count in 1...2 {
            lookup.start(host: "127.0.0.1", port: 80)
            #expect(lookup.isRunning && owner.outcomes.count == count - 1)
            while owner.outcomes.count < count && Deadline.now() < Self.soon {
                loop.turn(longestWaitMilliseconds: 100)
            }
            #expect(!lookup.isRunning && owner.outcomes.count == count)
        }
        #expect(try addresses(owner.outcomes.last).count == 1)
    }

    private final class Owner: LoopNameLookupOwner {
        var outcomes: [NameLookup.Outcome] = []
        func lookupEnded(_ outcome: NameLookup.Outcome) { outcomes.append(outcome) }
    }

    @Test("an address where nobody listens says why it can't be connected to, and one where somebody does says nothing")
    func connectFailure() throws {
        let listener = try Listener(host: "127.0.0.1", port: 0)
        let open = try addresses(NameLookup.addresses(of: "127.0.0.1", port: listener.port))
        #expect(open.first?.connectFailure(until: Self.soon) == nil)
        // Bound, so that nobody else gets the port, and not listening.
        let mute = try Listener(host: "127.0.0.1", port: 0, isListening: false)
        let closed = try addresses(NameLookup.addresses(of: "127.0.0.1", port: mute.port))
        #expect(closed.first?.connectFailure(until: Self.soon) == "Connection refused")
    }
}
