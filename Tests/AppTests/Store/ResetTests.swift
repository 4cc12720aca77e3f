import Reactor
import Testing

@testable import Orders
@testable import Store

/// A reset is a version.
@Suite struct ResetTests {
    @Test("What was created up to a reset never comes back, whatever delivers it", arguments: StoreKind.allCases)
    func reset(kind: StoreKind) throws {
        let it = try StoreUnderTest(kind)
        let maintenance = try it.makeMaintenance()
        #expect(try maintenance.highestVersion() == .none)
        var batch = JobBatch()
        batch.message(1)
        batch.create(10)
        batch.mark("k", testRecord(testSeed()))
        batch.update(10, status: "paid", version: 5)
        batch.update(11, status: "early", version: 6)
        batch.create(12)
        batch.delete(12, version: 7)
        _ = try it.apply(batch)
        _ = try it.store.apply(batch, partition: 1, oldestQueuedMilliseconds: 0) { _ in }
        #expect(try maintenance.highestVersion() == testVersion(7))
        #expect(try maintenance.haveDeleted([testID(12)]) && maintenance.haveDeleted([]))
        #expect(try !maintenance.haveDeleted([testID(12), testID(10)]) && !maintenance.haveDeleted([testID(11)]))
        // Above all that it removes, and so never the version of a creation.
        #expect(try maintenance.removeAllOrders() == testVersion(8))
        for table in ["orders", "order_items", "idempotency_keys", "absent_orders"] {
            #expect(try it.count(table) == 0)
        }
        #expect(
            try it.total() == 0 && maintenance.highestVersion() == testVersion(8)
                && maintenance.newestReset() == testVersion(8))
        batch.create(13)
        // A partition that nobody has written to yet heeds it too.
        for partition in 0..<3 {
            let again = try it.store.apply(batch, partition: partition, oldestQueuedMilliseconds: 0) { _ in }
            let superseded = Dictionary(uniqueKeysWithValues: (0..<6).map { ($0, 8) })
            #expect(again == ApplyResult(skipped: 6, superseded: superseded))
        }
        #expect(try it.count("absent_orders") == 0 && it.count("idempotency_keys") == 0)
        for order in [10, 13] { #expect(try it.state(order) == .missing(since: testVersion(8))) }
        // An order that is made in a later millisecond is above all versions before.
        var next = JobBatch()
        next.message(3)
        next.create(id: laterID(10, milliseconds: 1))
        #expect(try it.apply(next) == ApplyResult(created: 1))
        #expect(try it.total() == 1)
        var buffer = ByteBuffer()
        #expect(
            try it.reader.order(laterID(11, milliseconds: 1), into: &buffer) == .missing(since: .none))
    }

    @Test("Orders that an instance without versions has created do not come back either", arguments: StoreKind.allCases)
    func withoutVersions(kind: StoreKind) throws {
        let it = try StoreUnderTest(kind)
        try it.run("INSERT INTO orders (id, customer_name, status) VALUES ('\(testText(10))', 'Ada', 'paid')")
        // Of the replaced service, and of no time.
        try it.run(
            "INSERT INTO orders (id, customer_name, status) VALUES ('0199ffff-9d1b-4b52-8f3e-1f0f3a4d9c11', 'B', 'b')")
        try it.run("UPDATE order_counter SET total = 2")
        let maintenance = try it.makeMaintenance()
        #expect(try maintenance.highestVersion() == testVersion(0))
        _ = try maintenance.removeAllOrders()
        var batch = JobBatch()
        batch.message(1)
        batch.create(10)
        #expect(try it.apply(batch) == ApplyResult(skipped: 1, superseded: [0: 1]))
    }

    @Test(
        "A job with a version that no clock can have given does not lead the others there",
        arguments: StoreKind.allCases)
    func madVersion(kind: StoreKind) throws {
        let it = try StoreUnderTest(kind)
        var batch = JobBatch()
        batch.message(1)
        batch.create(10)
        batch.update(id: testID(10), status: "mad", version: OrderVersion(number: OrderVersion.highest.number - 1))
        _ = try it.apply(batch)
        #expect(try it.makeMaintenance().highestVersion() == testVersion(0))
    }

    @Test("The versions of refused jobs count", arguments: StoreKind.allCases)
    func refused(kind: StoreKind) throws {
        let it = try StoreUnderTest(kind)
        try it.refuse("orders", where: "NEW.customer_name = 'Bad'", saying: "no")
        var batch = JobBatch()
        batch.message(1)
        batch.create(id: laterID(1, milliseconds: 9), customer: "Bad")
        #expect(try it.apply(batch).rejected == 1)
        #expect(try it.makeMaintenance().highestVersion() == OrderVersion(ofCreation: laterID(1, milliseconds: 9)))
    }
}
