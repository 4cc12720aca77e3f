import Testing

@testable import Prove

@Suite("What reads of a run may show") struct LedgerReadTests {
    @Test("The newest write, and the one that is under way or of unknown fate, are fine")
    func fits() {
        var fixture = LedgerFixture.created()
        #expect(fixture.read(LedgerFixture.status(0)) == nil)
        fixture.write(1)
        #expect(fixture.read(LedgerFixture.status(1)) == nil)
        fixture.apply(.writing(order: 0, write: 2, .patch))
        #expect(fixture.read(LedgerFixture.status(1)) == nil)
        #expect(fixture.read(LedgerFixture.status(2)) == .seen(order: 0, write: 2, isGone: false))
        fixture.apply(.unknown(order: 0, write: 2, .over))
        #expect(fixture.read(LedgerFixture.status(2)) == nil)
        #expect(fixture.counts == [0, 0, 0, 0])
        #expect(fixture.ledger.reads == 5 && fixture.ledger.acknowledged == 2 && fixture.ledger.unknown == 1)
    }

    @Test("A read that began before the acknowledgement may show what was before, one that began behind it may not")
    func olderThanAcknowledged() {
        var fixture = LedgerFixture.created()
        let before = fixture.floor
        fixture.write(1)
        fixture.read(LedgerFixture.status(0), asked: before)
        #expect(fixture.counts == [0, 0, 0, 0])
        fixture.read(LedgerFixture.status(0))
        #expect(fixture.counts == [0, 0, 0, 1])
        let sentence = fixture.ledger.violations.first[0].sentence
        for part in ["\(LedgerFixture.id(0))", "prove-r-0", "status s0", "http://a:80", "1 patch acknowledged"] {
            #expect(sentence.contains(part), "\(sentence)")
        }
    }

    @Test("What one read showed no later one may take back, though nobody acknowledged it")
    func olderThanSeen() {
        var fixture = LedgerFixture.created()
        fixture.write(1, .patch, .unknown(order: 0, write: 1, .open))
        let before = fixture.floor
        fixture.read(LedgerFixture.status(1))
        fixture.read(LedgerFixture.status(0), asked: before)
        #expect(fixture.counts == [0, 0, 0, 0])
        fixture.read(LedgerFixture.status(0))
        #expect(fixture.counts == [0, 0, 0, 1])
    }

    @Test("An answer that says that it was made without the cache may be older, and is counted")
    func unsure() {
        var fixture = LedgerFixture.created()
        fixture.write(1)
        fixture.read(LedgerFixture.status(0), isUnsure: true)
        fixture.read(.nothing, isUnsure: true)
        #expect(fixture.counts == [0, 0, 0, 0] && fixture.ledger.unsure == 2)
        // Not what was never written.
        fixture.read(LedgerFixture.status(7), isUnsure: true)
        #expect(fixture.counts == [0, 0, 1, 0])
    }

    @Test("A write of unknown fate that turns up behind an acknowledged one is wrong")
    func late() {
        var fixture = LedgerFixture.created()
        fixture.write(1, .patch, .unknown(order: 0, write: 1, .over))
        fixture.write(2)
        fixture.read(LedgerFixture.status(1))
        #expect(fixture.counts == [0, 0, 1, 0])
        // Where it was seen in time, the same answer is an old one.
        var seen = LedgerFixture.created()
        seen.write(1, .patch, .unknown(order: 0, write: 1, .over))
        seen.read(LedgerFixture.status(1))
        seen.write(2)
        seen.read(LedgerFixture.status(1))
        #expect(seen.counts == [0, 0, 0, 1])
    }

    @Test("Nothing where nothing was deleted is stale when the order turns up again, and says nothing until then")
    func missing() {
        var fixture = LedgerFixture.created()
        fixture.read(.nothing)
        fixture.read(.nothing)
        #expect(fixture.counts == [0, 0, 0, 0])
        fixture.read(LedgerFixture.status(0))
        #expect(fixture.counts == [0, 0, 0, 2])
        fixture.read(LedgerFixture.status(0))
        #expect(fixture.counts == [0, 0, 0, 2])
    }

    @Test("A delete that was refused is no reason why there was nothing meanwhile")
    func missingDuringRefusedDelete() {
        var fixture = LedgerFixture.created()
        fixture.read(.nothing)
        fixture.apply(.writing(order: 0, write: 1, .delete))
        fixture.read(.nothing)
        fixture.apply(.refused(order: 0, write: 1))
        #expect(fixture.counts == [0, 0, 0, 0] && fixture.floor == .init(write: 0))
        fixture.read(LedgerFixture.status(0))
        #expect(fixture.counts == [0, 0, 0, 2])
    }

    @Test("An order that was missing before it was deleted was a stale read")
    func missingBeforeDelete() {
        var fixture = LedgerFixture.created()
        fixture.read(.nothing)
        fixture.write(1, .delete)
        fixture.read(.nothing)
        #expect(fixture.counts == [0, 0, 0, 0])
        fixture.conclude(reads: [.nothing], listed: [[]])
        #expect(fixture.counts == [0, 0, 0, 1])
    }

    @Test("Nothing, without the cache, is no evidence of a delete")
    func unsureNothing() {
        var fixture = LedgerFixture.created()
        fixture.apply(.writing(order: 0, write: 1, .delete))
        #expect(fixture.read(.nothing, isUnsure: true) == nil)
        fixture.read(LedgerFixture.status(0))
        fixture.apply(.refused(order: 0, write: 1))
        #expect(fixture.counts == [0, 0, 0, 0] && fixture.ledger.unsure == 0)
    }

    @Test("A delete: deleting, then gone for ever")
    func deletion() {
        var fixture = LedgerFixture.created()
        fixture.apply(.writing(order: 0, write: 1, .delete))
        fixture.read(LedgerFixture.status(0))
        #expect(
            fixture.read(.order(LedgerFixture.order(status: "deleting"))) == .seen(order: 0, write: 1, isGone: false))
        fixture.apply(.acknowledged(order: 0, write: 1))
        #expect(fixture.read(.nothing) == .seen(order: 0, write: 1, isGone: true))
        #expect(fixture.read(.nothing) == nil)
        #expect(fixture.counts == [0, 0, 0, 0])
        fixture.read(.order(LedgerFixture.order(status: "deleting")))
        fixture.read(LedgerFixture.status(0))
        #expect(fixture.counts == [0, 0, 0, 2])
    }

    @Test("What was never written, or was refused, is wrong")
    func wrong() {
        var fixture = LedgerFixture.created()
        fixture.write(1, .patch, .refused(order: 0, write: 1))
        fixture.write(2, .delete, .refused(order: 0, write: 2))
        var order = LedgerFixture.order(status: "s0")
        order.items[0].quantity += 1
        fixture.read(.order(order))
        order = LedgerFixture.order(status: "s0")
        order.customer = "prove-r-1"
        fixture.read(.order(order))
        fixture.read(.order(LedgerFixture.order(status: "s0", id: LedgerFixture.id(5))))
        for status in ["s1", "s2", "s3", "s00", "received", "deleting"] {
            fixture.read(.order(LedgerFixture.order(status: status)))
        }
        fixture.read(.other("400"))
        #expect(fixture.counts == [0, 0, 10, 0])
        fixture.read(LedgerFixture.status(0))
        #expect(fixture.counts == [0, 0, 10, 0])
    }

    @Test("A write that was shown and then refused is wrong")
    func refusedAfterwards() {
        var fixture = LedgerFixture.created()
        fixture.apply(.writing(order: 0, write: 1, .patch))
        fixture.read(LedgerFixture.status(1))
        fixture.apply(.refused(order: 0, write: 1))
        #expect(fixture.counts == [0, 0, 1, 0])
    }
}
