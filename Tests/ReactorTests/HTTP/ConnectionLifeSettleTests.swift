import Testing

@testable import Reactor

@Suite("ConnectionLife: what is done next")
struct ConnectionLifeSettleTests {
    typealias Stage = ConnectionLife.Stage
    typealias Facts = LifeUnderTest.Facts

    private static let finishing: [Stage] = [.finishing, .finishingUnread, .finishingHalfClosed]

    // MARK: Interest

    @Test("an open connection reads as long as it may take a request, whatever is unanswered or unsent")
    func openReads() {
        for (hasUnanswered, hasOutput) in [(false, false), (true, false), (false, true), (true, true)] {
            let life = LifeUnderTest()
            let write: Readiness = hasOutput ? .write : []
            var facts = Facts(hasUnanswered: hasUnanswered, hasOutput: hasOutput)
            #expect(life.interest(facts) == write.union(.read))
            facts.mayTakeRequest = false
            #expect(life.interest(facts) == write)
            facts.mayTakeRequest = true
            #expect(life.interest(facts) == write.union(.read) && life.stage == .open)
        }
    }

    @Test("nothing is told to the loop twice")
    func toldOnce() {
        let life = LifeUnderTest()
        #expect(life.settle() == .stay)
        #expect(life.settle(Facts(hasOutput: true)) == .watch([.read, .write]))
        #expect(life.settle(Facts(hasOutput: true)) == .stay)
        #expect(life.settle() == .watch(.read))
    }

    @Test("output is waited for only when no flush is due: what the kernel didn't take")
    func writes() {
        for stage in [Stage.open, .halfClosed] + Self.finishing {
            let life = LifeUnderTest(in: stage)
            let facts = Facts(hasUnanswered: true, hasOutput: true)
            _ = life.flushWanted()
            #expect(life.interest(facts)?.contains(.write) == false, "\(stage)")
            life.after { $0.flushBegan() }
            #expect(life.interest(facts)?.contains(.write) == true, "\(stage)")
        }
    }

    @Test(
        "a connection that takes no request reads only to see the end of a client that an answer is told to in pieces")
    func finishingReads() {
        for stage in [Stage.halfClosed] + Self.finishing {
            let life = LifeUnderTest(in: stage)
            var facts = Facts(hasUnanswered: true, mayTakeRequest: false)
            #expect(life.interest(facts) == [], "\(stage)")
            facts.watchesForEnd = true
            #expect(life.interest(facts) == (life.inputHasEnded ? [] : .read), "\(stage)")
        }
        let open = LifeUnderTest()
        #expect(open.interest(Facts(hasUnanswered: true, mayTakeRequest: false, watchesForEnd: true)) == .read)
    }

    @Test("a lingering connection reads and never writes, and stays until it is closed", arguments: [true, false])
    func lingeringReads(hasUnanswered: Bool) {
        let life = LifeUnderTest(in: .lingering)
        let facts = Facts(hasUnanswered: hasUnanswered, mayTakeRequest: false, mustLeave: true)
        #expect(life.interest(facts) == .read && life.stage == .lingering)
    }

    // MARK: The client's end

    @Test("a client that has sent its last gets every answer, and the connection ends behind them")
    func halfClosed() {
        let life = LifeUnderTest()
        life.after { $0.inputEnded() }
        // Nothing is left to take: it finishes at once, and waits for what was taken before.
        #expect(life.interest(Facts(hasUnanswered: true)) == [] && life.stage == .finishingHalfClosed)
        #expect(life.interest(Facts(hasOutput: true)) == .write)
        #expect(life.settle() == .end)
        #expect(life.end(isClosing: false, hasInput: true) == .close)
    }

    @Test("what it has sent before its end is taken first, when that was put off or has to wait for room")
    func halfClosedDeferred() {
        let life = LifeUnderTest()
        life.after { $0.inputEnded() }
        _ = life.requestsDeferred()
        #expect(life.interest(Facts()) == [] && life.stage == .halfClosed)
        life.after { $0.requestsResumed() }
        #expect(life.interest(Facts(hasUnanswered: true, mayTakeRequest: false)) == [])
        #expect(life.stage == .halfClosed)
        #expect(life.settle() == .end && life.stage == .finishingHalfClosed)
    }

    // MARK: The drain

    @Test("a drain ends an idle connection, and no other one")
    func drain() {
        let busy = [
            Facts(hasUnanswered: true, mustLeave: true), Facts(hasOutput: true, mustLeave: true),
            Facts(hasUnanswered: true, hasOutput: true, mustLeave: true),
        ]
        for facts in busy {
            let life = LifeUnderTest()
            #expect(life.interest(facts) != nil && life.stage == .open)
        }
        let idle = LifeUnderTest()
        #expect(idle.settle(Facts(mustLeave: true)) == .end && idle.stage == .finishing)
        #expect(idle.end(isClosing: true, hasInput: false) == .look)
        #expect(idle.looked(.nothing, hasInput: false) == .close)
    }

    @Test("of pipelined requests those that were put off are taken in spite of a drain")
    func drainPipelined() {
        let life = LifeUnderTest()
        _ = life.requestsDeferred()
        #expect(life.settle(Facts(mustLeave: true)) == .stay && life.stage == .open)
        life.after { $0.requestsResumed() }
        life.after { $0.requestTaken(isLast: false) }
        #expect(life.settle(Facts(hasUnanswered: true, mustLeave: true)) == .stay)
        // The answer to the last one says so.
        life.after { $0.finish() }
        #expect(life.settle(Facts(mayTakeRequest: false, mustLeave: true)) == .end)
    }

    // MARK: The end

    @Test("it ends only when everything is answered and sent", arguments: Self.finishing)
    func endsBehindAnswers(stage: Stage) {
        for (hasUnanswered, hasOutput) in [(true, false), (false, true), (true, true)] {
            let life = LifeUnderTest(in: stage)
            #expect(life.settle(Facts(hasUnanswered: hasUnanswered, hasOutput: hasOutput)) != .end)
        }
        let life = LifeUnderTest(in: stage)
        #expect(life.settle() == .end && life.stage == stage)
        // A flush that is due for nothing doesn't keep it.
        _ = life.flushWanted()
        #expect(life.settle() == .end)
    }

    @Test("it lingers where the client may be sending, and closes at once where it isn't")
    func ends() {
        let table: [(stage: Stage, isClosing: Bool, hasInput: Bool, end: ConnectionLife.End)] = [
            (.finishing, false, false, .close), (.finishing, false, true, .linger),
            (.finishing, true, false, .look), (.finishing, true, true, .look),
            (.finishingUnread, false, false, .linger), (.finishingUnread, false, true, .linger),
            (.finishingUnread, true, false, .linger), (.finishingUnread, true, true, .linger),
            (.finishingHalfClosed, false, false, .close), (.finishingHalfClosed, false, true, .close),
            (.finishingHalfClosed, true, false, .close), (.finishingHalfClosed, true, true, .close),
        ]
        for row in table {
            let life = LifeUnderTest(in: row.stage)
            #expect(life.end(isClosing: row.isClosing, hasInput: row.hasInput) == row.end, "\(row)")
            #expect(life.stage == (row.end == .linger ? .lingering : row.stage), "\(row)")
        }
    }

    @Test("what a last look finds decides, and there is no second look", arguments: [true, false])
    func looks(hasInput: Bool) {
        for found in ConnectionLife.Unread.allCases {
            let life = LifeUnderTest(in: .finishing)
            #expect(life.end(isClosing: true, hasInput: hasInput) == .look)
            let lingers = found != .end && (found == .bytes || hasInput)
            #expect(life.looked(found, hasInput: hasInput) == (lingers ? .linger : .close), "\(found)")
        }
    }

    @Test("a refused client is lingered for: its answer must not be lost to a reset")
    func refusal() {
        let life = LifeUnderTest()
        life.after { $0.refused() }
        #expect(life.interest(Facts(hasUnanswered: true)) == [])
        #expect(life.flushWanted())
        #expect(life.interest(Facts(hasOutput: true)) == [])
        life.after { $0.flushBegan() }
        #expect(life.settle() == .end && life.end(isClosing: false, hasInput: false) == .linger)
        #expect(life.interest(Facts(mayTakeRequest: false)) == .read)
    }

    @Test("a client that asked for the close has what it sent behind that thrown away before the socket closes")
    func unreadBehindLast() {
        let life = LifeUnderTest()
        life.after { $0.requestTaken(isLast: true) }
        life.after { $0.leftUnread() }
        #expect(life.interest(Facts(hasUnanswered: true)) == [])
        #expect(life.settle() == .end && life.end(isClosing: false, hasInput: false) == .linger)
    }

    // MARK: Timeouts

    @Test("the client is waited for by what it owes: its reading first, then nothing while we owe, then its request")
    func timeouts() {
        let life = LifeUnderTest()
        #expect(life.phase(hasOutput: true, hasUnanswered: true, .head) == .writing)
        #expect(life.phase(hasOutput: false, hasUnanswered: true, .head) == .handling)
        _ = life.flushWanted()
        #expect(life.phase(hasOutput: true, hasUnanswered: true, .head) == .handling)
        #expect(life.phase(hasOutput: true, hasUnanswered: false, .body) == .body)
        #expect(life.phase(hasOutput: false, hasUnanswered: false, .head) == .head)
        #expect(life.phase(hasOutput: false, hasUnanswered: false, .idle) == .idle)
        let lingering = LifeUnderTest(in: .lingering)
        #expect(lingering.phase(hasOutput: true, hasUnanswered: true, .body) == .lingering)
    }
}
