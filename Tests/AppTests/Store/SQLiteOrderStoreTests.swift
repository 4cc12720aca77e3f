import Reactor
import Testing

@testable import App

@Suite struct SQLiteOrderStoreTests {
    let directory = TemporaryDirectory()
    let store: SQLiteOrderStore
    let reader: SQLiteOrderReader

    init() throws {
        store = try SQLiteOrderStore(path: directory.file("orders.db"))
        reader = try SQLiteOrderReader(path: directory.file("orders.db"))
    }

    @Test("Creates, updates and deletes are applied in their order and counted")
    func apply() throws {
        var batch = JobBatch()
        batch.message(1)
        batch.create(10, items: [("Tea", 2), ("Cup", 1)])
        batch.update(10, status: "paid")
        batch.create(11)
        batch.message(2)
        batch.update(10, status: "shipped")
        batch.create(12)
        batch.delete(11)
        #expect(try apply(batch) == ApplyResult(created: 3, updated: 2, deleted: 1))
        #expect(try order(10).contains(#""status":"shipped","items":[{"name":"Tea","quantity":2},{"name":"Cup""#))
        #expect(try order(11) == "")
        #expect(try total() == 2)
        #expect(try count("order_items") == 3)
    }

    @Test("A message that is delivered again changes nothing, alone or beside a new one")
    func redelivery() throws {
        var first = JobBatch()
        first.message(1)
        first.create(10)
        first.create(11)
        _ = try apply(first)
        var both = JobBatch()
        both.message(1)
        both.create(10)
        both.create(11)
        both.message(2)
        both.update(10, status: "paid")
        both.delete(11)
        #expect(try apply(both) == ApplyResult(updated: 1, deleted: 1, skipped: 2))
        // Without its message id the create of 11 would bring the order back.
        let again = try apply(both)
        #expect(again == ApplyResult(skipped: 4) && !again.changed)
        #expect(try order(10).contains("paid"))
        #expect(try total() == 1)
    }

    @Test("A message twice in one batch is applied once")
    func twiceInOneBatch() throws {
        var batch = JobBatch()
        batch.message(1)
        batch.create(10)
        batch.delete(10)
        batch.message(1)
        batch.create(10)
        #expect(try apply(batch) == ApplyResult(created: 1, deleted: 1, skipped: 1))
        #expect(try total() == 0)
    }

    @Test("The same message id in another partition is another message")
    func partitions() throws {
        var batch = JobBatch()
        batch.message(1)
        batch.create(10)
        _ = try apply(batch)
        var other = JobBatch()
        other.message(1)
        other.create(20)
        #expect(try apply(other, partition: 1) == ApplyResult(created: 1))
    }

    @Test(
        "Many new orders at once get all their items in order, whatever the number of rows",
        arguments: [31, 32, 33, 100])
    func bulk(count: Int) throws {
        var batch = JobBatch()
        batch.message(1)
        for number in 0..<count {
            batch.create(
                1000 + number, customer: "Ada", items: (0...number % 3).map { ("item \($0)", Int32(number + $0 + 1)) })
        }
        #expect(try apply(batch) == ApplyResult(created: count))
        #expect(try total() == Int64(count))
        for number in 0..<count {
            let items = (0...number % 3).map { "{\"name\":\"item \($0)\",\"quantity\":\(number + $0 + 1)}" }
            #expect(try order(1000 + number).hasSuffix("\"items\":[\(items.joined(separator: ","))]}"))
        }
    }

    @Test(
        "An order that is there among many new ones stays as it is, and the others are created", arguments: [0, 20, 39])
    func duplicateInBulk(position: Int) throws {
        var first = JobBatch()
        first.message(1)
        first.create(1000 + position, customer: "Ada", items: [("Tea", 2)])
        #expect(try apply(first) == ApplyResult(created: 1))
        var batch = JobBatch()
        batch.message(2)
        for number in 0..<40 { batch.create(1000 + number, customer: "Eve", items: [("Tin", 1), ("Tea", 9)]) }
        #expect(try apply(batch) == ApplyResult(created: 39, skipped: 1))
        #expect(try order(1000 + position).contains("Ada") && count("order_items") == 1 + 2 * 39)
        #expect(try total() == 40)
    }

    @Test("Creating an order that is there adds nothing; changing a missing one does nothing")
    func noOperations() throws {
        var batch = JobBatch()
        batch.message(1)
        batch.create(10, customer: "Ada", items: [("Tea", 2)])
        batch.create(10, customer: "Eve", items: [("Poison", 9)])
        batch.update(11, status: "paid")
        batch.delete(12)
        #expect(try apply(batch) == ApplyResult(created: 1, skipped: 3, missing: [testID(11), testID(12)]))
        #expect(try order(10).contains("Ada") && count("order_items") == 1)
        #expect(try total() == 1)
    }

    @Test("An order may come back after its delete, without the items it had")
    func createAgain() throws {
        var batch = JobBatch()
        batch.message(1)
        batch.create(10, items: [("Tea", 2), ("Cup", 1)])
        batch.delete(10)
        batch.create(10, items: [("Milk", 1)])
        #expect(try apply(batch) == ApplyResult(created: 2, deleted: 1))
        #expect(try order(10).hasSuffix(#""items":[{"name":"Milk","quantity":1}]}"#))
    }

    @Test("Refused jobs are set aside before the commit, and their neighbours are committed")
    func isolation() throws {
        try refuseOrders(of: "Mallory")
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
        let result = try store.apply(batch, partition: 0, forgetting: .nothing) { refused in
            asides.append(refused)
            seenBeforeCommit = try? order(10)
        }
        #expect(result == ApplyResult(created: 2, updated: 1, rejected: 2))
        #expect(asides.count == 1)
        #expect(asides.first?.map(\.source) == [batch.jobs[1].source, batch.jobs[3].source])
        #expect(asides.first?.map(\.id) == [batch.jobs[1].id, batch.jobs[3].id])
        #expect(asides.first?.map(\.message) == [0, 1])
        #expect(asides.first?.first?.reason == "The database refused it: no order for Mallory")
        #expect(seenBeforeCommit == "")
        #expect(try order(10).contains("paid") && order(11) == "" && order(13) != "")
        #expect(try total() == 2)
        #expect(try apply(batch) == ApplyResult(skipped: 5))
    }

    @Test("A refused item takes the rows of its order with it")
    func isolationOfItems() throws {
        try execute(
            "CREATE TRIGGER t BEFORE INSERT ON order_items WHEN NEW.quantity = 13 BEGIN SELECT RAISE(ABORT, 'no'); END")
        var batch = JobBatch()
        batch.message(1)
        batch.create(10, items: [("Tea", 1), ("Salt", 13)])
        batch.create(11)
        #expect(try apply(batch) == ApplyResult(created: 1, rejected: 1))
        #expect(try order(10) == "" && count("order_items") == 1)
    }

    @Test("When refused jobs can't be set aside, nothing of the batch is committed, and it can be applied later")
    func notSetAside() throws {
        try refuseOrders(of: "Mallory")
        var batch = JobBatch()
        batch.message(1)
        batch.create(10)
        batch.create(11, customer: "Mallory")
        #expect(throws: StoreError.notSetAside(reason: "no broker")) {
            try store.apply(batch, partition: 0, forgetting: .nothing) { _ throws(StoreError) in
                throw .notSetAside(reason: "no broker")
            }
        }
        #expect(try order(10) == "" && total() == 0)
        #expect(try apply(batch) == ApplyResult(created: 1, rejected: 1))
    }

    @Test("Applied messages older than the oldest unacknowledged one are forgotten, in their partition only")
    func pruning() throws {
        for number in 1...4 {
            var batch = JobBatch()
            batch.message(number)
            batch.create(number)
            _ = try apply(batch, partition: number == 4 ? 1 : 0)
        }
        var batch = JobBatch()
        batch.message(9)
        batch.create(9)
        _ = try store.apply(batch, partition: 0, forgetting: .olderThan(testID(3))) { _ in }
        #expect(try count("applied_messages WHERE partition = 0") == 2)
        #expect(try count("applied_messages WHERE partition = 1") == 1)
    }

    @Test("A locked database applies nothing, says busy, and works again afterwards")
    func busy() throws {
        let impatient = try SQLiteOrderStore(
            path: directory.file("orders.db"), settings: SQLiteSettings(busyTimeoutMilliseconds: 0))
        var batch = JobBatch()
        batch.message(1)
        batch.create(10)
        let other = try connection()
        try other.execute("BEGIN IMMEDIATE")
        let error = #expect(throws: StoreError.self) {
            try impatient.apply(batch, partition: 0, forgetting: .nothing) { _ in }
        }
        guard case .sqlite(let cause) = error else { return #expect(Bool(false), "\(String(describing: error))") }
        #expect(cause.kind == .busy && cause.outcome == .notCommitted)
        other.rollBack()
        #expect(try impatient.apply(batch, partition: 0, forgetting: .nothing) { _ in } == ApplyResult(created: 1))
    }

    @Test("Four threads share the writer: every order is there once, and counted")
    func threads() throws {
        let store = store
        let failures = Monitor<[String]>([])
        let threads = (0..<4).map { partition in
            Thread(name: "worker \(partition)") {
                for round in 0..<20 {
                    var batch = JobBatch()
                    batch.message(round)
                    for order in 0..<10 { batch.create(partition * 1000 + round * 10 + order) }
                    do {
                        let result = try store.apply(batch, partition: partition, forgetting: .nothing) { _ in }
                        if result != ApplyResult(created: 10) { failures.withLock { $0.append("\(result)") } }
                    } catch {
                        failures.withLock { $0.append("\(error)") }
                    }
                }
            }
        }
        for thread in threads { thread.join() }
        #expect(failures.withLock { $0 } == [])
        #expect(try total() == 800 && count("orders") == 800)
    }

    @Test("Removing all orders leaves none and does not let applied messages in again")
    func removeAll() throws {
        var batch = JobBatch()
        batch.message(1)
        batch.create(10)
        _ = try apply(batch)
        try store.removeAllOrders()
        #expect(try total() == 0 && count("orders") == 0 && count("order_items") == 0)
        #expect(try apply(batch) == ApplyResult(skipped: 1))
    }

    private func apply(_ batch: borrowing JobBatch, partition: Int = 0) throws -> ApplyResult {
        try store.apply(batch, partition: partition, forgetting: .nothing) { _ in }
    }

    /// Empty when there is none.
    private func order(_ number: Int) throws -> String {
        var buffer = ByteBuffer()
        let exists = try reader.order(testID(number), into: &buffer)
        #expect(exists != buffer.isEmpty)
        return buffer.string
    }

    private func total() throws -> Int64? { try connection().integer("SELECT total FROM order_counter") }

    private func count(_ table: String) throws -> Int64? { try connection().integer("SELECT count(*) FROM \(table)") }

    private func connection() throws -> SQLiteConnection { try .open(path: directory.file("orders.db")) }

    private func execute(_ sql: String) throws { try connection().execute(sql) }

    private func refuseOrders(of customer: String) throws {
        try execute(
            """
            CREATE TRIGGER refuse BEFORE INSERT ON orders WHEN NEW.customer_name = '\(customer)'
            BEGIN SELECT RAISE(ABORT, 'no order for \(customer)'); END
            """)
    }
}
