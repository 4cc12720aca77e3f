import Reactor
import Testing

@testable import Cache
@testable import Orders

extension JobBatch {
    /// Makes the job that was added last one that was sent with a key.
    mutating func mark(_ key: String, _ record: KeyRecord, position: Int = 0) {
        let start = text.count
        text.append(string: key)
        jobs[jobs.count - 1].mark = marks.count
        marks.append(
            KeyMark(key: ByteRange(start: start, count: text.count - start), position: position, record: record))
    }
}

@Suite struct ClaimTableTests {
    private let table = ClaimTable()
    private let key = IdempotencyKey("k")
    private let first = testRecord(testSeed(1))
    private let second = testRecord(testSeed(2))

    private func job(_ record: KeyRecord) -> JobBatch {
        var batch = JobBatch()
        batch.message(1)
        batch.create(1)
        batch.mark("k", record)
        return batch
    }

    @Test("One of two has the claim, and the other is told that it runs, then that it is done")
    func two() {
        #expect(table.claim(key, first, orders: 1) == .new(isSure: false))
        #expect(table.claim(key, second, orders: 1) == .running)
        table.finish(key, isApplied: false)
        #expect(table.claim(key, second, orders: 1) == .done(idSeed: first.idSeed))
        #expect(table.claim(IdempotencyKey("other"), second, orders: 1) == .new(isSure: false))
    }

    @Test("Another body is refused while the first runs, and while it waits in the queue")
    func otherBody() {
        let other = testRecord(testSeed(2), body: "other")
        _ = table.claim(key, first, orders: 1)
        #expect(table.claim(key, other, orders: 1) == .otherBody)
        table.finish(key, isApplied: false)
        #expect(table.claim(key, other, orders: 1) == .otherBody)
    }

    @Test("What is refused leaves nothing; what nobody knows of leaves its seed")
    func givenBack() {
        _ = table.claim(key, first, orders: 1)
        table.giveBack(key, .forgotten)
        #expect(table.count == 0)
        _ = table.claim(key, first, orders: 1)
        table.giveBack(key, .unknown)
        #expect(table.claim(key, second, orders: 1) == .resumed(idSeed: first.idSeed))
        #expect(table.claim(key, second, orders: 1) == .running)
    }

    @Test("When it is applied the key is the database's, whichever thread is faster")
    func applied() {
        _ = table.claim(key, first, orders: 1)
        table.finish(key, isApplied: false)
        table.applied(job(first))
        #expect(table.count == 0)
        _ = table.claim(key, first, orders: 1)
        table.applied(job(first))
        #expect(table.claim(key, second, orders: 1) == .running)
        table.finish(key, isApplied: false)
        #expect(table.count == 0)
    }

    @Test("Another request's order is not taken for this one's")
    func otherSeed() {
        _ = table.claim(key, second, orders: 1)
        table.finish(key, isApplied: false)
        table.applied(job(first))
        #expect(table.claim(key, second, orders: 1) == .done(idSeed: second.idSeed))
    }

    @Test("After a restart it stays until all orders of the request that were queued are applied")
    func restored() {
        table.restore(job(first))
        table.restore(job(first))
        table.applied(job(first))
        #expect(table.claim(key, second, orders: 2) == .done(idSeed: first.idSeed))
        table.applied(job(first))
        #expect(table.count == 0)
    }

    @Test("Of requests of unknown fate the oldest are forgotten")
    func bounded() {
        let table = ClaimTable(maxUnknown: 2)
        for number in 1...3 {
            _ = table.claim(IdempotencyKey("\(number)"), first, orders: 1)
            table.giveBack(IdempotencyKey("\(number)"), .unknown)
        }
        #expect(table.count == 2)
        #expect(table.claim(IdempotencyKey("1"), second, orders: 1) == .new(isSure: false))
        #expect(table.claim(IdempotencyKey("3"), second, orders: 1) == .resumed(idSeed: first.idSeed))
    }
}
