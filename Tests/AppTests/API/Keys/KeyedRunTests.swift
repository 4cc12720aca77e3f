import Reactor
import Testing

@testable import API
@testable import Cache
@testable import Orders
@testable import Store

@Suite struct KeyedRunTests {
    private let own = testRecord(testSeed(5))
    private let older = testSeed(1)
    private let now = testSeed(10).millisecondsSince1970!

    private func run(orders: Int = 1, _ claim: ClaimAnswer) -> (KeyedRun, KeyedRun.Action) {
        var run = KeyedRun(own, orders: orders)
        let action = run.claimed(claim)
        return (run, action)
    }

    @Test("A new request is published, recorded and answered, in this order")
    func usual() {
        var (run, action) = run(.new(isSure: true))
        #expect(action == .publish && run.record == own && !run.isResumed)
        action = run.settled(.allAccepted)
        #expect(action == .record)
        action = run.recorded()
        #expect(action == .answer(.outcome) && run.step == .answered)
    }

    @Test("Where the keeper hasn't remembered for long enough the database is asked first")
    func unsure() {
        var (run, action) = run(.new(isSure: false))
        #expect(action == .askDatabase)
        action = run.told(nil, nowMilliseconds: now)
        #expect(action == .publish && !run.isResumed)
    }

    @Test("What the database has is what the client was told, and is remembered again")
    func stored() {
        var (run, action) = run(.new(isSure: false))
        action = run.told(StoredKey(record: testRecord(older), orders: 1), nowMilliseconds: now)
        #expect(action == .record && run.record.idSeed == older)
        action = run.recorded()
        #expect(action == .answer(.replay))
    }

    @Test("What the database has of another body is remembered, and the request refused")
    func storedOther() {
        var (run, action) = run(.new(isSure: false))
        let stored = testRecord(older, body: "other")
        action = run.told(StoredKey(record: stored, orders: 1), nowMilliseconds: now)
        #expect(action == .record && run.record == stored)
        action = run.recorded()
        #expect(action == .answer(.otherBody))
    }

    @Test("What the database has from more than 24 hours ago is nothing")
    func expired() {
        var (run, action) = run(.new(isSure: false))
        action = run.told(
            StoredKey(record: testRecord(older, body: "other"), orders: 1), nowMilliseconds: now + 86_400_000)
        #expect(action == .publish && run.record == own)
    }

    @Test("A batch of which the database has a part is published again under its old seed")
    func storedPart() {
        var (run, action) = run(orders: 3, .new(isSure: false))
        action = run.told(StoredKey(record: testRecord(older), orders: 2), nowMilliseconds: now)
        #expect(action == .publish && run.record.idSeed == older && run.isResumed)
        action = run.settled(.noneStored)
        #expect(action == .giveBack(.unknown, .outcome))
    }

    @Test("An attempt that follows one of unknown fate goes on under its seed, unless the database has it")
    func resumed() {
        var (run, action) = run(.resumed(idSeed: older))
        #expect(action == .askDatabase && run.record.idSeed == older && run.isResumed)
        action = run.told(nil, nowMilliseconds: now)
        #expect(action == .publish)
        // The first attempt may have stored what this one could not.
        action = run.settled(.noneStored)
        #expect(action == .giveBack(.unknown, .outcome))

        var applied = self.run(.resumed(idSeed: older)).0
        action = applied.told(StoredKey(record: testRecord(older), orders: 1), nowMilliseconds: now)
        #expect(action == .record)
    }

    @Test(
        "An answer that needs nothing is given at once",
        arguments: [
            (ClaimAnswer.running, KeyedRun.Answer.running), (.otherBody, .otherBody),
            (.unreachable, .claimsUnreachable), (.done(idSeed: testSeed(1)), .replay),
        ])
    func atOnce(claim: ClaimAnswer, answer: KeyedRun.Answer) {
        let (run, action) = run(claim)
        #expect(action == .answer(answer) && run.step == .answered)
        if answer == .replay { #expect(run.record.idSeed == older) }
    }

    @Test("A refused request is forgotten, and one of unknown fate keeps its seed")
    func notAccepted() {
        var refused = run(.new(isSure: true)).0
        var action = refused.settled(.noneStored)
        #expect(action == .giveBack(.forgotten, .outcome))
        var unknown = run(.new(isSure: true)).0
        action = unknown.settled(.mixed)
        #expect(action == .giveBack(.unknown, .outcome))
    }

    @Test("Without the database nothing is published")
    func unreadable() {
        var new = run(.new(isSure: false)).0
        var action = new.databaseFailed()
        #expect(action == .giveBack(.forgotten, .databaseUnreadable))
        var resumed = run(.resumed(idSeed: older)).0
        action = resumed.databaseFailed()
        #expect(action == .giveBack(.unknown, .databaseUnreadable))
    }
}
