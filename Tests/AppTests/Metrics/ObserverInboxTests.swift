import Reactor
import TestServers
import Testing

@testable import App
@testable import Cache
@testable import Health
@testable import Metrics

@Suite("ObserverInbox") struct ObserverInboxTests {
    private func figures(connections: Int) -> LoopFigures {
        var figures = LoopFigures()
        figures.connections = connections
        return figures
    }

    private let soon = Deadline(nanoseconds: 0)

    @Test("A round is over when all loops have answered, or at the deadline; late answers are dropped")
    func rounds() {
        let inbox = ObserverInbox(loops: 2)
        let first = inbox.beginRound()
        inbox.answer(first, loop: 0, figures(connections: 1))
        #expect(inbox.answers(until: soon).map { $0?.connections } == [1, nil])
        let second = inbox.beginRound()
        inbox.answer(first, loop: 1, figures(connections: 9))
        inbox.answer(second, loop: 0, figures(connections: 2))
        #expect(inbox.answers(until: soon).map { $0?.connections } == [2, nil])
        inbox.answer(second, loop: 1, figures(connections: 3))
        #expect(inbox.answers(until: .never).map { $0?.connections } == [2, 3])
    }

    @Test("Nobody waits for a loop that has ended, and its last figures stay")
    func ended() {
        let inbox = ObserverInbox(loops: 2)
        inbox.ended(loop: 1, figures(connections: 7))
        for _ in 0..<2 {
            inbox.answer(inbox.beginRound(), loop: 0, figures(connections: 1))
            #expect(inbox.answers(until: .never).map { $0?.connections } == [1, 7])
        }
    }

    @Test("Only so many scrapes wait, and all of them are taken together")
    func bounded() {
        let inbox = ObserverInbox(loops: 1)
        let scrape = ObserverInbox.Scrape(loop: 0, token: testToken(1))
        for _ in 0..<ObserverInbox.capacity { #expect(inbox.submit(scrape)) }
        #expect(!inbox.submit(scrape))
        guard case .scrapes(let taken) = inbox.next() else {
            Issue.record("nothing waits")
            return
        }
        #expect(taken.count == ObserverInbox.capacity)
        #expect(inbox.submit(scrape))
        inbox.close()
        guard case .closed = inbox.next() else {
            Issue.record("not closed")
            return
        }
    }

    @Test("A loop that doesn't answer is said to be stalled, and keeps the counts that it had")
    func stalled() throws {
        let inbox = ObserverInbox(loops: 2)
        let loops = try (0..<2).map { _ in try LoopMailbox() }
        let log = CapturedLog()
        let health = Health(logger: log.logger)
        let sources = ObservedSources(
            identity: .init(version: "1", mode: "api", startedAtMilliseconds: 0), health: health,
            readers: ReaderPool(capacity: 1, loops: loops))
        let observer = Observer(inbox: inbox, loops: loops, sources: sources)
        // The loops are this test: one answers the first question, and nobody the second.
        let answering = ThreadGroup(1) { [self] _ in
            for (index, loop) in loops.enumerated() {
                var messages: [LoopMessage] = []
                _ = eventually { loop.depth > 0 }
                loop.mailbox.drain(into: &messages)
                guard case .measure(let round) = messages.first else { continue }
                inbox.answer(round, loop: index, figures(connections: 5))
            }
        }
        let first = observer.measure()
        try answering.join()
        #expect(first.loops.map(\.isStalled) == [false, false] && first.connections == 10)
        let second = observer.measure()
        #expect(second.loops.map(\.isStalled) == [true, true] && second.connections == 10)
        #expect(second.loops.map(\.mailboxDepth) == [0, 0])
        #expect(observer.measure().loops.map(\.mailboxDepth) == [1, 1])
    }
}
