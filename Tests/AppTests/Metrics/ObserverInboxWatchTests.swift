import Reactor
import Testing

@testable import Metrics

@Suite("ObserverInbox: viewers of the dashboard") struct ObserverInboxWatchTests {
    private func next(_ inbox: ObserverInbox) -> String { "\(inbox.next(until: .now()))" }

    @Test("The observer is told when the first comes and when the last goes, and not in between")
    func watching() {
        let inbox = ObserverInbox(loops: 2)
        #expect(next(inbox) == "time")
        inbox.watch(loop: 1)
        #expect(next(inbox) == "watched(true)" && next(inbox) == "time")
        inbox.watch(loop: 0)
        #expect(next(inbox) == "time" && inbox.watchingLoops == [0, 1])
        inbox.unwatch(loop: 1)
        #expect(next(inbox) == "time" && inbox.watchingLoops == [0])
        inbox.unwatch(loop: 0)
        #expect(next(inbox) == "watched(false)" && next(inbox) == "time")
    }

    @Test("Who comes and goes at once wakes nobody")
    func brief() {
        let inbox = ObserverInbox(loops: 1)
        inbox.watch(loop: 0)
        inbox.unwatch(loop: 0)
        #expect(next(inbox) == "time")
    }

    @Test("A loop that has ended has no viewers")
    func ended() {
        let inbox = ObserverInbox(loops: 1)
        inbox.watch(loop: 0)
        #expect(next(inbox) == "watched(true)")
        inbox.ended(loop: 0, LoopFigures())
        #expect(next(inbox) == "watched(false)")
    }
}
