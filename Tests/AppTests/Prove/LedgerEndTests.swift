import Testing

@testable import Prove

@Suite("What a run may have left") struct LedgerEndTests {
    private static let listed = [[LedgerFixture.order(status: "s1")], [LedgerFixture.order(status: "s1")]]

    private static func patched() -> LedgerFixture {
        var fixture = LedgerFixture.created()
        fixture.write(1)
        return fixture
    }

    @Test("All as written") func good() {
        var fixture = Self.patched()
        fixture.conclude(reads: [LedgerFixture.status(1), LedgerFixture.status(1)], listed: Self.listed)
        #expect(fixture.counts == [0, 0, 0, 0])
    }

    @Test("What no place has is lost, and what one place lacks is stale there") func lost() {
        for shown in [ShownState.nothing, LedgerFixture.status(0)] {
            var everywhere = Self.patched()
            everywhere.conclude(reads: [shown, shown], listed: [])
            #expect(everywhere.counts == [1, 0, 0, 0])
            var somewhere = Self.patched()
            somewhere.conclude(reads: [LedgerFixture.status(1), shown], listed: Self.listed)
            #expect(somewhere.counts == [0, 0, 0, 1])
        }
        var unlisted = Self.patched()
        unlisted.conclude(reads: [LedgerFixture.status(1)], listed: [[]])
        #expect(unlisted.counts == [0, 0, 0, 1])
    }

    @Test("Reads that found nothing count once when nothing is there in the end either") func missing() {
        var fixture = Self.patched()
        fixture.read(.nothing)
        fixture.conclude(reads: [.nothing], listed: [[]])
        #expect(fixture.counts == [1, 0, 0, 0])
    }

    @Test("A delete is gone from everywhere") func deleted() {
        var good = Self.patched()
        good.write(2, .delete)
        good.conclude(reads: [.nothing], listed: [[]])
        #expect(good.counts == [0, 0, 0, 0])
        var pending = Self.patched()
        pending.write(2, .delete)
        pending.conclude(reads: [.order(LedgerFixture.order(status: "deleting"))], listed: [])
        #expect(pending.counts == [1, 0, 0, 0])
        var listed = Self.patched()
        listed.write(2, .delete)
        listed.conclude(reads: [.nothing], listed: Self.listed)
        #expect(listed.counts == [0, 0, 0, 1])
    }

    @Test("Writes of unknown fate may be there or not, and not behind an acknowledged one") func unknown() {
        for shown in [0, 1] {
            var fixture = LedgerFixture.created()
            fixture.write(1, .patch, .unknown(order: 0, write: 1, .over))
            fixture.conclude(reads: [LedgerFixture.status(shown)], listed: [])
            #expect(fixture.counts == [0, 0, 0, 0])
        }
        for shown in [ShownState.nothing, LedgerFixture.status(0)] {
            var fixture = LedgerFixture.created()
            fixture.write(1, .delete, .unknown(order: 0, write: 1, .open))
            fixture.conclude(reads: [shown], listed: [])
            #expect(fixture.counts == [0, 0, 0, 0])
        }
        var late = LedgerFixture.created()
        late.write(1, .patch, .unknown(order: 0, write: 1, .over))
        late.write(2)
        late.conclude(reads: [LedgerFixture.status(1)], listed: [[LedgerFixture.order(status: "s1")]])
        #expect(late.counts == [0, 0, 1, 0])
    }

    @Test("One order for one creation, with the id that the answer named") func doubled() {
        let (own, other) = (
            LedgerFixture.order(status: "s1"), LedgerFixture.order(status: "s1", id: LedgerFixture.id(9))
        )
        for listed in [[own, other], [own, own], [other]] {
            var fixture = Self.patched()
            fixture.conclude(reads: [LedgerFixture.status(1)], listed: [listed])
            #expect(fixture.counts == [0, 1, 0, 0])
        }
        var retried = LedgerFixture()
        retried.apply(
            .creating(order: 0, isKeyed: true), .unknown(order: 0, write: 0, .over),
            .creating(order: 0, isKeyed: true), .created(order: 0, id: LedgerFixture.id(0)), .repeating(order: 0),
            .created(order: 0, id: LedgerFixture.id(0)))
        #expect(retried.counts == [0, 0, 0, 0] && retried.ledger.acknowledged == 1 && retried.ledger.unknown == 0)
        retried.apply(.repeating(order: 0), .created(order: 0, id: LedgerFixture.id(1)))
        #expect(retried.counts == [0, 1, 0, 0])
    }

    @Test("A creation of unknown fate may be in the list once, and one that was refused may not")
    func unansweredCreation() {
        let found = LedgerFixture.order(status: "s0", id: LedgerFixture.id(3))
        for (outcome, listed, counts) in [
            (JournalEvent.unknown(order: 0, write: 0, .open), [], [0, 0, 0, 0]),
            (.unknown(order: 0, write: 0, .open), [found], [0, 0, 0, 0]),
            (.unknown(order: 0, write: 0, .open), [found, found], [0, 1, 0, 0]),
            (.unknown(order: 0, write: 0, .open), [LedgerFixture.order(status: "s1")], [0, 0, 1, 0]),
            (.refused(order: 0, write: 0), [], [0, 0, 0, 0]), (.refused(order: 0, write: 0), [found], [0, 0, 1, 0]),
        ] {
            var fixture = LedgerFixture()
            fixture.apply(.creating(order: 0, isKeyed: false), outcome)
            fixture.conclude(reads: [], listed: [listed])
            #expect(fixture.counts == counts, "\(outcome) \(listed)")
        }
        // Once it was found, it must stay.
        var fixture = LedgerFixture()
        fixture.apply(
            .creating(order: 0, isKeyed: false), .unknown(order: 0, write: 0, .open),
            .found(order: 0, id: LedgerFixture.id(3)))
        fixture.conclude(reads: [.nothing], listed: [[]])
        #expect(fixture.counts == [1, 0, 0, 0])
    }

    @Test("The refusal of a retry says nothing about the attempt before it") func refusedRetry() {
        var fixture = LedgerFixture()
        fixture.apply(
            .creating(order: 0, isKeyed: true), .unknown(order: 0, write: 0, .over),
            .creating(order: 0, isKeyed: true), .refused(order: 0, write: 0))
        #expect(fixture.ledger.unknown == 1)
        fixture.conclude(reads: [], listed: [[LedgerFixture.order(status: "s0")]])
        #expect(fixture.counts == [0, 0, 0, 0])
    }

    @Test("An id that two creations were given is wrong") func sameID() {
        var fixture = LedgerFixture.created()
        fixture.apply(.creating(order: 1, isKeyed: false), .created(order: 1, id: LedgerFixture.id(0)))
        #expect(fixture.counts == [0, 0, 1, 0])
    }

    @Test("Events that can't follow are told apart from those that do") func impossible() {
        var fixture = LedgerFixture.created()
        for event in [
            JournalEvent.creating(order: 2, isKeyed: false), .creating(order: 0, isKeyed: true),
            .writing(order: 0, write: 2, .patch), .writing(order: 1, write: 1, .patch),
            .acknowledged(order: 0, write: 1), .refused(order: 0, write: 0), .seen(order: 0, write: 1, isGone: false),
            .found(order: 0, id: LedgerFixture.id(0)), .run("other"),
        ] { #expect(fixture.apply(event) == false, "\(event)") }
    }
}
