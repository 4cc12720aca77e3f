import Reactor
import Testing

@testable import Orders
@testable import Store

/// What every store promises, whatever it keeps the orders in.
@Suite struct OrderStoreTests {
    @Test("Creates, updates and deletes are applied in their order and counted", arguments: StoreKind.allCases)
    func apply(kind: StoreKind) throws {
        let it = try StoreUnderTest(kind)
        var batch = JobBatch()
        batch.message(1)
        batch.create(10, items: [("Tea", 2), ("Cup", 1)])
        batch.update(10, status: "paid")
        batch.create(11)
        batch.message(2)
        batch.update(10, status: "shipped")
        batch.create(12)
        batch.delete(11)
        #expect(try it.apply(batch) == ApplyResult(created: 3, updated: 2, deleted: 1))
        #expect(try it.order(10).contains(#""status":"shipped","items":[{"name":"Tea","quantity":2},{"name":"Cup""#))
        #expect(try it.order(11) == "")
        #expect(try it.total() == 2)
        #expect(try it.count("order_items") == 3)
    }

    @Test("A message that is delivered again changes nothing, alone or beside a new one", arguments: StoreKind.allCases)
    func redelivery(kind: StoreKind) throws {
        let it = try StoreUnderTest(kind)
        var first = JobBatch()
        first.message(1)
        first.create(10)
        first.create(11)
        _ = try it.apply(first)
        var both = JobBatch()
        both.message(1)
        both.create(10)
        both.create(11)
        both.message(2)
        both.update(10, status: "paid")
        both.delete(11)
        both.jobs[2].version = testVersion(1)
        both.jobs[3].version = testVersion(2)
        #expect(try it.apply(both) == ApplyResult(updated: 1, deleted: 1, skipped: 2, superseded: [0: 0, 1: 0]))
        // The create of 11 would bring the order back, if nothing was known of its delete.
        let again = try it.apply(both)
        #expect(again == ApplyResult(skipped: 4, superseded: [0: 1, 1: 2, 2: 1, 3: 2]) && !again.changed)
        #expect(try it.order(10).contains("paid"))
        #expect(try it.total() == 1)
    }

    @Test("A message twice in one batch is applied once", arguments: StoreKind.allCases)
    func twiceInOneBatch(kind: StoreKind) throws {
        let it = try StoreUnderTest(kind)
        var batch = JobBatch()
        batch.message(1)
        batch.create(10)
        batch.delete(10, version: 1)
        batch.message(1)
        batch.create(10)
        #expect(try it.apply(batch) == ApplyResult(created: 1, deleted: 1, skipped: 1, superseded: [2: 1]))
        #expect(try it.total() == 0)
    }

    @Test(
        "Many new orders at once get all their items in order, whatever the number of rows",
        arguments: StoreKind.allCases, [31, 32, 33, 100, 512, 1025])
    func bulk(kind: StoreKind, count: Int) throws {
        let it = try StoreUnderTest(kind)
        var batch = JobBatch()
        batch.message(1)
        for number in 0..<count {
            batch.create(
                1000 + number, customer: "Ada", items: (0...number % 3).map { ("item \($0)", Int32(number + $0 + 1)) })
        }
        #expect(try it.apply(batch) == ApplyResult(created: count))
        #expect(try it.total() == Int64(count))
        for number in 0..<count {
            let items = (0...number % 3).map { "{\"name\":\"item \($0)\",\"quantity\":\(number + $0 + 1)}" }
            #expect(try it.order(1000 + number).hasSuffix("\"items\":[\(items.joined(separator: ","))]}"))
        }
    }

    @Test(
        "An order that is there among many new ones stays as it is, and the others are created",
        arguments: StoreKind.allCases, [0, 20, 39])
    func duplicateInBulk(kind: StoreKind, position: Int) throws {
        let it = try StoreUnderTest(kind)
        var first = JobBatch()
        first.message(1)
        first.create(1000 + position, customer: "Ada", items: [("Tea", 2)])
        #expect(try it.apply(first) == ApplyResult(created: 1))
        var batch = JobBatch()
        batch.message(2)
        for number in 0..<40 { batch.create(1000 + number, customer: "Eve", items: [("Tin", 1), ("Tea", 9)]) }
        #expect(try it.apply(batch) == ApplyResult(created: 39, skipped: 1, superseded: [position: 0]))
        #expect(try it.order(1000 + position).contains("Ada") && it.count("order_items") == 1 + 2 * 39)
        #expect(try it.total() == 40)
    }

    @Test(
        "Creating an order that is there adds nothing; changing a missing one changes no order",
        arguments: StoreKind.allCases)
    func noOperations(kind: StoreKind) throws {
        let it = try StoreUnderTest(kind)
        var batch = JobBatch()
        batch.message(1)
        batch.create(10, customer: "Ada", items: [("Tea", 2)])
        batch.create(10, customer: "Eve", items: [("Poison", 9)])
        batch.update(11, status: "paid", version: 1)
        batch.delete(12, version: 2)
        var expected = ApplyResult(created: 1, skipped: 3, superseded: [1: 0])
        expected.exceptions.append(JobException(job: 2, effect: .early))
        #expect(try it.apply(batch) == expected)
        #expect(try it.state(11) == .missing(since: .none) && it.state(12) == .missing(since: testVersion(2)))
        #expect(try it.order(10).contains("Ada") && it.count("order_items") == 1)
        #expect(try it.total() == 1)
    }

    @Test(
        "Refused jobs are set aside before the commit, and their neighbours are committed",
        arguments: StoreKind.allCases)
    func isolation(kind: StoreKind) throws {
        let it = try StoreUnderTest(kind)
        try it.refuse("orders", where: "NEW.customer_name = 'Mallory'", saying: "no order for Mallory")
        var batch = JobBatch()
        batch.message(1)
        batch.create(10)
        batch.create(11, customer: "Mallory")
        batch.update(10, status: "paid")
        batch.message(2)
        batch.create(12, customer: "Mallory")
        batch.create(13)
        var asides: [[RejectedJob]] = []
        var seenBeforeCommit: String?
        let result = try it.store.apply(batch, partition: 0, oldestQueuedMilliseconds: 0) { refused in
            asides.append(refused)
            seenBeforeCommit = try? it.order(10)
        }
        var expected = ApplyResult(created: 2, updated: 1, rejected: 2)
        expected.exceptions = [1, 3].map { JobException(job: $0, effect: .refused) }
        #expect(result == expected)
        #expect(asides.count == 1)
        #expect(asides.first?.map(\.source) == [batch.jobs[1].source, batch.jobs[3].source])
        #expect(asides.first?.map(\.id) == [batch.jobs[1].id, batch.jobs[3].id])
        #expect(asides.first?.map(\.message) == [0, 1])
        #expect(asides.first?.first?.reason == "The database refused it: no order for Mallory")
        #expect(seenBeforeCommit == "")
        #expect(try it.order(10).contains("paid") && it.order(11) == "" && it.order(13) != "")
        #expect(try it.total() == 2)
        let again = try it.apply(batch)
        #expect(again.skipped == 3 && again.rejected == 2 && !again.changed)
    }

    @Test("A refused item takes the rows of its order with it", arguments: StoreKind.allCases)
    func isolationOfItems(kind: StoreKind) throws {
        let it = try StoreUnderTest(kind)
        try it.refuse("order_items", where: "NEW.quantity = 13", saying: "no")
        var batch = JobBatch()
        batch.message(1)
        batch.create(10, items: [("Tea", 1), ("Salt", 13)])
        batch.create(11)
        let result = try it.apply(batch)
        #expect(result.created == 1 && result.rejected == 1)
        #expect(try it.order(10) == "" && it.count("order_items") == 1)
    }

    @Test(
        "When refused jobs can't be set aside, nothing of the batch is committed, and it can be applied later",
        arguments: StoreKind.allCases)
    func notSetAside(kind: StoreKind) throws {
        let it = try StoreUnderTest(kind)
        try it.refuse("orders", where: "NEW.customer_name = 'Mallory'", saying: "no order for Mallory")
        var batch = JobBatch()
        batch.message(1)
        batch.create(10)
        batch.create(11, customer: "Mallory")
        #expect(throws: StoreError.notSetAside(reason: "no broker")) {
            try it.store.apply(batch, partition: 0, oldestQueuedMilliseconds: 0) { _ throws(StoreError) in
                throw .notSetAside(reason: "no broker")
            }
        }
        #expect(try it.order(10) == "" && it.total() == 0)
        let result = try it.apply(batch)
        #expect(result.created == 1 && result.rejected == 1)
    }
}
