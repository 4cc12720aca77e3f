import Reactor
import Testing

@testable import Orders
@testable import Store

/// Orders that are not there: deleted, or not created yet.
@Suite struct AbsentOrderTests {
    @Test("A change that comes before its order is heeded by the creation", arguments: StoreKind.allCases)
    func early(kind: StoreKind) throws {
        let it = try StoreUnderTest(kind)
        var change = JobBatch()
        change.message(1)
        change.update(10, status: "paid", version: 5)
        #expect(
            try it.apply(change) == ApplyResult(skipped: 1, exceptions: [JobException(job: 0, effect: .early)]))
        #expect(try it.state(10) == .missing(since: .none))
        var create = JobBatch()
        create.message(2)
        for order in 0..<40 { create.create(order, items: [("Tea", 1), ("Cup", 2)]) }
        let heeded = JobException(job: 10, effect: .applied(as: testVersion(5)))
        #expect(try it.apply(create) == ApplyResult(created: 40, exceptions: [heeded]))
        #expect(
            try it.order(10).hasSuffix(
                #""status":"paid","items":[{"name":"Tea","quantity":1},{"name":"Cup","quantity":2}]}"#))
        #expect(try it.state(10) == .found(testVersion(5)) && it.state(11) == .found(testVersion(0)))
        #expect(try it.count("absent_orders") == 0 && it.total() == 40)
    }

    @Test(
        "A status that is newer than the delete brings the order back as it was, whatever its texts hold",
        arguments: StoreKind.allCases, [false, true])
    func broughtBack(kind: StoreKind, creationComesLast: Bool) throws {
        let it = try StoreUnderTest(kind)
        let name = "O\"Neil\\ \u{1}\n\t\0 日本 😀 é '%"
        let items: [(String, Int32)] = (1...100).map { (name + "\($0)", .max - Int32($0)) }
        var create = JobBatch()
        create.message(1)
        create.create(10, customer: name, items: items)
        var delete = JobBatch()
        delete.message(2)
        delete.delete(10, version: 3)
        let first = creationComesLast ? try it.apply(delete) : try it.apply(create)
        #expect(first == (creationComesLast ? ApplyResult(skipped: 1) : ApplyResult(created: 1)))
        let shown = try it.order(10)
        let second = creationComesLast ? try it.apply(create) : try it.apply(delete)
        #expect(
            second == (creationComesLast ? ApplyResult(skipped: 1, superseded: [0: 3]) : ApplyResult(deleted: 1)))
        #expect(try it.state(10) == .missing(since: testVersion(3)))
        #expect(try it.count("order_items") == 0 && it.total() == 0)
        var update = JobBatch()
        update.message(3)
        update.update(10, status: "back", version: 4)
        let applied = JobException(job: 0, effect: .applied(as: testVersion(4)))
        #expect(try it.apply(update) == ApplyResult(created: 1, exceptions: [applied]))
        #expect(try it.state(10) == .found(testVersion(4)))
        if !creationComesLast {
            #expect(try it.order(10) == shown.replacing(#""status":"received""#, with: #""status":"back""#))
        }
        #expect(try it.order(10).ranges(of: "quantity").count == 100)
        #expect(try it.count("absent_orders") == 0 && it.total() == 1)
    }

    @Test(
        "An order with NULL in it, as the replaced service may make, comes back with it", arguments: StoreKind.allCases)
    func nulls(kind: StoreKind) throws {
        let it = try StoreUnderTest(kind)
        for table in kind == .mariadb
            ? [
                "orders MODIFY customer_name VARCHAR(80) NULL", "order_items MODIFY item_name VARCHAR(80) NULL",
                "order_items MODIFY quantity INTEGER NULL",
            ] : []
        {
            try it.run("ALTER TABLE \(table)")
        }
        if kind == .sqlite {
            try it.run(
                """
                DROP TABLE orders; CREATE TABLE orders (id VARCHAR(36) NOT NULL, customer_name VARCHAR(80),
                status VARCHAR(20), version BIGINT NOT NULL DEFAULT 0, PRIMARY KEY (id));
                CREATE INDEX ix_orders_status ON orders (status);
                DROP TABLE order_items; CREATE TABLE order_items (id INTEGER NOT NULL, item_name VARCHAR(80),
                quantity INTEGER, order_id VARCHAR(36), PRIMARY KEY (id))
                """)
        }
        try it.run("INSERT INTO orders (id, customer_name, status) VALUES ('\(testText(1))', NULL, 'x')")
        try it.run("INSERT INTO order_items (item_name, quantity, order_id) VALUES (NULL, NULL, '\(testText(1))')")
        var batch = JobBatch()
        batch.message(1)
        batch.delete(1, version: 1)
        batch.update(1, status: "x", version: 2)
        let before = try it.order(1)
        #expect(before.contains("null"))
        #expect(try it.apply(batch).deleted == 1)
        #expect(try it.order(1) == before)
    }

    @Test(
        "A change without a version goes ahead of what is there, and finds nothing elsewhere",
        arguments: StoreKind.allCases)
    func unversioned(kind: StoreKind) throws {
        let it = try StoreUnderTest(kind)
        var batch = JobBatch()
        batch.message(1)
        batch.create(1)
        batch.update(1, status: "paid", version: 7)
        batch.update(id: testID(1), status: "sent", version: nil)
        batch.update(id: testID(2), status: "lost", version: nil)
        batch.create(3)
        batch.delete(id: testID(3), version: nil)
        var expected = ApplyResult(created: 2, updated: 2, deleted: 1, skipped: 1)
        expected.exceptions = [
            JobException(job: 2, effect: .applied(as: testVersion(8))),
            JobException(job: 3, effect: .superseded(by: testVersion(0))),
            JobException(job: 5, effect: .applied(as: testVersion(1))),
        ]
        #expect(try it.apply(batch) == expected)
        #expect(try it.order(1).contains("sent") && it.state(1) == .found(testVersion(8)))
        #expect(try it.count("absent_orders") == 1 && it.state(3) == .missing(since: testVersion(1)))
    }

    @Test(
        "Early changes of very many orders within the ids of a batch are found all the same",
        arguments: StoreKind.allCases)
    func manyAbsent(kind: StoreKind) throws {
        let it = try StoreUnderTest(kind)
        var changes = JobBatch()
        changes.message(1)
        for order in 1...200 { changes.update(order, status: "paid", version: 1) }
        _ = try it.apply(changes)
        var creates = JobBatch()
        creates.message(2)
        for order in [0, 77, 201] { creates.create(order) }
        let result = try it.apply(creates)
        #expect(result.created == 3 && result.exceptions.map(\.job) == [1])
        #expect(try it.state(77) == .found(testVersion(1)))
    }

    @Test("A refused early change is set aside, and its order knows nothing of it", arguments: StoreKind.allCases)
    func refused(kind: StoreKind) throws {
        let it = try StoreUnderTest(kind)
        try it.refuse("absent_orders", where: "NEW.status = 'bad'", saying: "no")
        var batch = JobBatch()
        batch.message(1)
        batch.update(1, status: "bad", version: 1)
        batch.create(1)
        let result = try it.apply(batch)
        #expect(result == ApplyResult(created: 1, rejected: 1, exceptions: [JobException(job: 0, effect: .refused)]))
        #expect(try it.order(1).contains("received"))
    }

    @Test(
        "Records older than a day are deleted, unless a message that old may still be in the queue",
        arguments: StoreKind.allCases)
    func pruned(kind: StoreKind) throws {
        let it = try StoreUnderTest(kind)
        var batch = JobBatch()
        batch.message(1)
        batch.delete(1)
        batch.delete(2)
        _ = try it.apply(batch)
        _ = try it.store.apply(batch, partition: 1, oldestQueuedMilliseconds: 0) { _ in }
        let day: Int64 = 86_400_000
        try it.run("UPDATE absent_orders SET recorded = recorded - \(day) - 1000 WHERE id = '\(testText(1))'")
        let recorded = try #require(try it.integer("SELECT min(recorded) FROM absent_orders"))
        var next = JobBatch()
        next.message(2)
        next.create(9)
        // A store's next look is a second later; a new store's is its first batch.
        for (partition, oldest, left) in [(0, recorded + day, 2), (1, .max, 2), (0, recorded + day + 1, 1)] {
            _ = try it.otherStore().apply(next, partition: partition, oldestQueuedMilliseconds: UInt64(oldest)) { _ in }
            #expect(try it.count("absent_orders") == Int64(left), "\(partition) \(oldest)")
        }
    }

    @Test("The steady clock does not follow one on the wall that is set")
    func clock() {
        let start = Deadline(nanoseconds: 5_000_000_000)
        let clock = SteadyClock(startMilliseconds: 1_000, start: start)
        #expect(clock.milliseconds(at: start.advanced(byMilliseconds: 250)) == 1_250)
        #expect(Pruning.boundary(ofAbsentOrdersAt: 90_000_000, oldestQueued: .max) == 3_600_000)
        #expect(Pruning.boundary(ofAbsentOrdersAt: 90_000_000, oldestQueued: 86_400_005) == 5)
    }
}
