import Reactor
import Synchronization
import TestServers
import Testing

@testable import Orders
@testable import Store

@Suite struct MariaDBMaintenanceTests {
    private let it: MariaDBUnderTest
    private let maintenance: MariaDBMaintenance

    init() throws {
        it = try MariaDBUnderTest(MariaServer.shared())
        maintenance = MariaDBMaintenance(MariaDBDatabase(it.endpoint))
    }

    @Test("Removing all orders leaves none, and does not let them in again")
    func removeAll() throws {
        var batch = JobBatch()
        batch.message(1)
        batch.create(10)
        batch.create(11)
        #expect(try it.store.apply(batch, partition: 3, oldestQueuedMilliseconds: 0) { _ in }.created == 2)
        _ = try maintenance.removeAllOrders()
        for table in ["orders", "order_items", "idempotency_keys", "absent_orders"] {
            #expect(try it.count(table) == 0)
        }
        #expect(try it.total() == 0)
        #expect(
            try it.store.apply(batch, partition: 3, oldestQueuedMilliseconds: 0) { _ in }
                == ApplyResult(skipped: 2, superseded: [0: 1, 1: 1]))
        #expect(try it.order(10) == "")
        batch.removeAll()
        batch.message(2)
        batch.create(id: laterID(12, milliseconds: 1))
        #expect(try it.store.apply(batch, partition: 3, oldestQueuedMilliseconds: 0) { _ in }.created == 1)
        #expect(try it.total() == 1)
    }

    @Test("Workers and readers that are under way only wait, and see all orders or none of before")
    func underLoad() throws {
        let endpoint = it.endpoint
        let isOver = Atomic<Bool>(false)
        let rounds = Atomic<Int>(0)
        let clock = UUIDv7Clock()
        let load = ThreadGroup(5) { number in
            let database = MariaDBDatabase(endpoint)
            var round = 0
            let store = MariaDBOrderStore(database)
            let reader = MariaDBOrderReader(database)
            var ids = UUIDv7Generator(clock: clock)
            while !isOver.load(ordering: .relaxed) {
                round += 1
                guard number < 3 else {
                    var page = ByteBuffer()
                    try reader.page(limit: 1_000, after: nil, status: nil, into: &page)
                    let text = StoreUnderTest.Page(text: page.string)
                    // Whatever it shows was so at one moment.
                    let total = min(1_000, text.total)
                    #expect(text.ids.count == total)
                    #expect(page.string.ranges(of: "\"quantity\"").count == 2 * total)
                    continue
                }
                var batch = JobBatch()
                batch.message(number * 1_000_000 + round)
                for order in 0..<50 {
                    let id = ids.next(nanosecondsSince1970: WallClock.nanoseconds())
                    batch.create(id: id, items: [("Tea", 1), ("Cup", 2)])
                    if order == 0 { batch.update(id: id, status: "paid", version: OrderVersion(ofCreation: id).next) }
                }
                let done = try store.apply(batch, partition: number, oldestQueuedMilliseconds: 0) { _ in }
                // Those that were made before the reset are no more.
                #expect(done.created + done.updated + done.skipped == 51)
                #expect(done.exceptions.count == done.skipped)
                rounds.add(1, ordering: .relaxed)
            }
        }
        for _ in 0..<5 {
            let before = rounds.load(ordering: .relaxed)
            #expect(eventually { rounds.load(ordering: .relaxed) >= before + 6 })
            _ = try maintenance.removeAllOrders()
        }
        isOver.store(true, ordering: .relaxed)
        try load.join()
        #expect(try it.total() == it.count("orders"))
        #expect(try it.count("order_items") == (it.total() ?? 0) * 2)
    }

    @Test(
        "A server that was killed half way through has the right count again as soon as somebody asks", arguments: 0..<2
    )
    func halfWay(who: Int) throws {
        try it.create([1, 2, 3])
        #expect(try it.page().total == 3)
        try it.server.sql("DELETE FROM order_counter; DELETE FROM order_items", database: it.endpoint.database)
        if who == 0 {
            #expect(try it.page().total == 3)
        } else {
            try it.create([4])
            #expect(try it.total() == 4)
        }
        _ = try maintenance.removeAllOrders()
        #expect(try it.page().total == 0)
    }

    @Test("A page whose tables are emptied while it is read is read again, also by a reader that has just connected")
    func crossed() throws {
        try it.create([1, 2])
        let endpoint = it.endpoint
        let other = try MariaDBConnection.open(endpoint, .maintenance)
        try other.run("SET SESSION foreign_key_checks = 0")
        try other.run("LOCK TABLES orders WRITE")
        let shown = Mutex("")
        let reading = ThreadGroup(1) { _ in
            var page = ByteBuffer()
            try MariaDBOrderReader(MariaDBDatabase(endpoint)).page(limit: 10, after: nil, status: nil, into: &page)
            shown.withLock { $0 = page.string }
        }
        let waiting = """
            SELECT count(*) FROM information_schema.processlist
            WHERE db = '\(endpoint.database)' AND state = 'Waiting for table metadata lock'
            """
        #expect(try eventually { try it.server.sql(waiting) == "1\n" })
        try other.run("TRUNCATE TABLE orders")
        try other.run("UNLOCK TABLES")
        try reading.join()
        #expect(shown.withLock { $0 }.contains("\"orders\":[]"))
    }

    @Test("It waits for others only as long as they may wait for it, and then has deleted nothing")
    func locked() throws {
        try it.create([1])
        let other = try MariaDBConnection.open(it.endpoint, .maintenance)
        try other.run("START TRANSACTION")
        try other.run("UPDATE orders SET status = 'held'")
        #expect(throws: StoreError.self) { try maintenance.removeAllOrders() }
        try other.run("COMMIT")
        #expect(try it.total() == 1 && it.order(1) != "")
        _ = try maintenance.removeAllOrders()
        #expect(try it.total() == 0)
    }
}

extension MariaDBUnderTest {
    fileprivate func page() throws -> StoreUnderTest.Page {
        var buffer = ByteBuffer()
        try reader.page(limit: 1_000, after: nil, status: nil, into: &buffer)
        return StoreUnderTest.Page(text: buffer.string)
    }
}

extension StoreUnderTest.Page {
    fileprivate var total: Int { Int(text.dropFirst("{\"total_orders\":".count).prefix { $0.isNumber }) ?? -1 }
}
