import Reactor
import Testing

@testable import Orders
@testable import Store

/// What every store promises about orders that were sent with an idempotency key.
@Suite struct KeyedOrderTests {
    private let seed = testSeed(1)
    private let later = testSeed(2)

    private func batch(_ message: Int, _ order: Int, key: String = "k", position: Int = 0, _ record: KeyRecord)
        -> JobBatch
    {
        var batch = JobBatch()
        batch.message(message)
        batch.create(order)
        batch.mark(key, record, position: position)
        return batch
    }

    @Test("The key is recorded with the order, and read again", arguments: StoreKind.allCases)
    func recorded(kind: StoreKind) throws {
        let it = try StoreUnderTest(kind)
        let key = "a \"key\\ ' of %_ ~"
        #expect(try it.reader.record(of: IdempotencyKey(key)) == nil)
        #expect(try it.apply(batch(1, 10, key: key, testRecord(seed))) == ApplyResult(created: 1))
        #expect(
            try it.reader.record(of: IdempotencyKey(key)) == StoredKey(record: testRecord(seed), orders: 1))
        // Byte by byte: neither another case nor a blank at the end is the same.
        for other in [key.uppercased(), key + " "] {
            #expect(try it.reader.record(of: IdempotencyKey(other)) == nil)
        }
    }

    @Test(
        "An order that is published again is created once, and not again after it was deleted",
        arguments: StoreKind.allCases)
    func publishedAgain(kind: StoreKind) throws {
        let it = try StoreUnderTest(kind)
        let record = testRecord(seed)
        _ = try it.apply(batch(1, 10, record))
        let repeated = ApplyResult(skipped: 1, superseded: [0: 0])
        #expect(try it.apply(batch(2, 10, record)) == repeated)
        var delete = JobBatch()
        delete.message(3)
        delete.delete(10)
        #expect(try it.apply(delete).deleted == 1)
        #expect(try it.apply(batch(4, 10, record)) == repeated)
        #expect(try it.order(10) == "")
        #expect(try it.total() == 0)
        #expect(try it.count("idempotency_keys") == 1)
    }

    @Test("Twice in one transaction, beside others, it is created once", arguments: StoreKind.allCases)
    func together(kind: StoreKind) throws {
        let it = try StoreUnderTest(kind)
        var batch = JobBatch()
        batch.message(1)
        for order in 100..<140 { batch.create(order) }
        batch.create(10)
        batch.mark("k", testRecord(seed))
        batch.delete(10)
        batch.create(10)
        batch.mark("k", testRecord(seed))
        for order in 200..<240 { batch.create(order) }
        batch.create(11)
        batch.mark("k", testRecord(seed), position: 1)
        #expect(
            try it.apply(batch) == ApplyResult(created: 82, deleted: 1, skipped: 1, superseded: [42: 0]))
        #expect(try it.order(10) == "" && it.order(11) != "")
        #expect(try it.reader.record(of: IdempotencyKey("k"))?.orders == 2)
    }

    @Test("With another seed the order is created all the same, and the record stays", arguments: StoreKind.allCases)
    func otherSeed(kind: StoreKind) throws {
        let it = try StoreUnderTest(kind)
        _ = try it.apply(batch(1, 10, testRecord(seed)))
        #expect(try it.apply(batch(2, 11, testRecord(later))) == ApplyResult(created: 1))
        #expect(try it.order(10) != "" && it.order(11) != "")
        #expect(try it.reader.record(of: IdempotencyKey("k"))?.record.idSeed == seed)
    }

    @Test(
        "A record that is no longer remembered gives way to the next request of its key", arguments: StoreKind.allCases)
    func reused(kind: StoreKind) throws {
        let it = try StoreUnderTest(kind)
        _ = try it.apply(batch(1, 10, testRecord(seed)))
        let next = testRecord(UUID(high: seed.high + 86_400_000 << 16, low: seed.low), body: "other")
        #expect(try it.apply(batch(2, 11, next)) == ApplyResult(created: 1))
        #expect(try it.reader.record(of: IdempotencyKey("k")) == StoredKey(record: next, orders: 1))
        #expect(try it.count("idempotency_keys") == 1)
    }

    @Test(
        "An order that the database refuses leaves no record, and its neighbours theirs", arguments: StoreKind.allCases)
    func refused(kind: StoreKind) throws {
        let it = try StoreUnderTest(kind)
        try it.refuse("orders", where: "NEW.customer_name = 'Bad'", saying: "no")
        var batch = JobBatch()
        batch.message(1)
        batch.create(10)
        batch.mark("good", testRecord(seed))
        batch.create(11, customer: "Bad")
        batch.mark("bad", testRecord(later))
        batch.create(12)
        batch.mark("good", testRecord(seed), position: 1)
        batch.create(10)
        batch.mark("good", testRecord(seed))
        let result = try it.apply(batch)
        var expected = ApplyResult(created: 2, skipped: 1, rejected: 1, superseded: [3: 0])
        expected.exceptions.insert(JobException(job: 1, effect: .refused), at: 0)
        #expect(result == expected)
        #expect(try it.reader.record(of: IdempotencyKey("bad")) == nil)
        #expect(try it.reader.record(of: IdempotencyKey("good"))?.orders == 2)
    }

    @Test("Many keys in one transaction, of any length", arguments: StoreKind.allCases)
    func many(kind: StoreKind) throws {
        let it = try StoreUnderTest(kind)
        let keys = (0..<600).map { "\($0) \(String(repeating: "x", count: $0 % 250))" }
        var first = JobBatch()
        var again = JobBatch()
        first.message(1)
        again.message(2)
        for (number, key) in keys.enumerated() {
            first.create(number)
            first.mark(key, testRecord(UUID(high: seed.high, low: UInt64(number))))
            again.create(number)
            again.mark(key, testRecord(UUID(high: seed.high, low: UInt64(number))))
        }
        #expect(try it.apply(first) == ApplyResult(created: 600))
        let repeated = try it.apply(again)
        let superseded = Dictionary(uniqueKeysWithValues: (0..<600).map { ($0, 0) })
        #expect(repeated == ApplyResult(skipped: 600, superseded: superseded))
        #expect(try it.count("idempotency_keys") == 600)
    }

    @Test("What was recorded more than 24 hours ago is deleted by and by", arguments: StoreKind.allCases)
    func pruned(kind: StoreKind) throws {
        let it = try StoreUnderTest(kind)
        _ = try it.apply(batch(1, 10, key: "old", testRecord(seed)))
        _ = try it.apply(batch(2, 11, key: "new", testRecord(seed)))
        try it.run("UPDATE idempotency_keys SET created = created - 86400001 WHERE idempotency_key = x'6f6c64'")
        // A store's next look is a second later; a new store's is its first batch.
        let other = try it.otherStore()
        var empty = JobBatch()
        empty.message(3)
        empty.delete(99)
        _ = try other.apply(empty, partition: 0, oldestQueuedMilliseconds: 0) { _ in }
        #expect(try it.reader.record(of: IdempotencyKey("old")) == nil)
        #expect(try it.reader.record(of: IdempotencyKey("new")) != nil)
    }
}

@Suite struct PruningTests {
    @Test("Rows are deleted at most once a second, and twice as fast as they are added")
    func limits() {
        var pruning = Pruning()
        let start = Deadline.now()
        let limits = [(0, 0), (3_000, 999), (4_000, 1_000), (1, 2_000)].map { keys, milliseconds in
            pruning.limit(after: keys, now: start.advanced(byMilliseconds: milliseconds))
        }
        #expect(limits == [1_000, nil, 14_000, 1_000])
    }
}
