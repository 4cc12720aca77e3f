import Testing

@testable import Queue
@testable import Workers

@Suite struct SubscriptionStateTests {
    private static let taken = AMQPError.channelClosed(channel: 1, code: 403, text: "ACCESS_REFUSED")
    private static let early = AMQPError.closedByBroker(code: 541, text: "INTERNAL_ERROR")
    private static let lost = AMQPError.connectionLost(reason: "gone")

    private static let failures: [AMQPError] = [
        lost, .connectFailed(address: "a", reason: "r"), .nameNotFound(host: "a", reason: "r"),
        .tlsRefused(address: "a", reason: "r"), .loginRefused(address: "a", user: "u"), .timedOut(action: "publish"),
        .closedByBroker(code: 320, text: "CONNECTION_FORCED"),
        .channelClosed(channel: 1, code: 406, text: "PRECONDITION_FAILED"),
    ]

    @Test("All other errors are failures, before the subscription and after it", arguments: failures)
    func failure(error: AMQPError) {
        for isExclusive in [false, true] {
            var state = SubscriptionState(isExclusive: isExclusive)
            #expect(state.ended(by: error) == .reportFailure)
            #expect(state.stage == .subscribing)
            #expect(state.subscribed() == false)
            #expect(state.stage == .consuming)
            #expect(state.ended(by: error) == .reportFailure)
            #expect(state.stage == .subscribing)
        }
    }

    @Test("While another client has the queue the worker stands by, and says so once, whatever fails between")
    func standsBy() {
        var state = SubscriptionState(isExclusive: true)
        #expect(state.ended(by: Self.taken) == .standBy(isNew: true))
        #expect(state.stage == .standingBy)
        #expect(state.ended(by: Self.taken) == .standBy(isNew: false))
        #expect(state.ended(by: Self.lost) == .reportFailure)
        #expect(state.stage == .standingBy)
        #expect(state.ended(by: Self.taken) == .standBy(isNew: false))
        #expect(state.subscribed() == true)
        #expect(state.stage == .consuming)
        #expect(state.ended(by: Self.taken) == .standBy(isNew: true))
    }

    @Test("Where several may consume a queue, a refusal is a failure")
    func refused() {
        var state = SubscriptionState(isExclusive: false)
        #expect(state.ended(by: Self.taken) == .reportFailure)
        #expect(state.stage == .subscribing)
    }

    @Test("Queues that are not ready are no failure for a few attempts; a subscription makes the count begin anew")
    func early() {
        var state = SubscriptionState(isExclusive: false)
        for _ in 0..<2 {
            for _ in 0..<SubscriptionState.mostEarlyAttempts { #expect(state.ended(by: Self.early) == .tryAgain) }
            for _ in 0..<3 { #expect(state.ended(by: Self.early) == .reportFailure) }
            #expect(state.subscribed() == false)
            // The broker had them ready: it is something else now.
            #expect(state.ended(by: Self.early) == .reportFailure)
            _ = state.subscribed()
            _ = state.ended(by: Self.lost)
        }
    }

    @Test("An early attempt of a worker that stands by doesn't make it forget that")
    func earlyWhileStandingBy() {
        var state = SubscriptionState(isExclusive: true)
        _ = state.ended(by: Self.taken)
        #expect(state.ended(by: Self.early) == .tryAgain)
        #expect(state.stage == .standingBy)
        #expect(state.subscribed() == true)
    }
}
