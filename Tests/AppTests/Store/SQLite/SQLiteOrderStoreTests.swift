import Reactor
import TestServers
import Testing

@testable import Orders
@testable import Store

@Suite struct SQLiteOrderStoreTests {
    let directory = TemporaryDirectory()
    let store: SQLiteOrderStore

    init() throws { store = try SQLiteOrderStore(path: directory.file("orders.db")) }

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
            try impatient.apply(batch, partition: 0, oldestQueuedMilliseconds: 0) { _ in }
        }
        guard case .sqlite(let cause) = error else { return #expect(Bool(false), "\(String(describing: error))") }
        #expect(cause.kind == .busy && cause.outcome == .notCommitted)
        other.rollBack()
        #expect(
            try impatient.apply(batch, partition: 0, oldestQueuedMilliseconds: 0) { _ in } == ApplyResult(created: 1))
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
                        let result = try store.apply(batch, partition: partition, oldestQueuedMilliseconds: 0) { _ in }
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

    @Test("Removing all orders leaves none, and does not let them in again")
    func removeAll() throws {
        var batch = JobBatch()
        batch.message(1)
        batch.create(10)
        _ = try apply(batch)
        _ = try store.removeAllOrders()
        #expect(try total() == 0 && count("orders") == 0 && count("order_items") == 0)
        let reset = try store.highestVersion()
        #expect(reset == testVersion(1))
        #expect(try apply(batch) == ApplyResult(skipped: 1, superseded: [0: 1]))
    }

    private func apply(_ batch: borrowing JobBatch, partition: Int = 0) throws -> ApplyResult {
        try store.apply(batch, partition: partition, oldestQueuedMilliseconds: 0) { _ in }
    }

    private func total() throws -> Int64? { try connection().integer("SELECT total FROM order_counter") }

    private func count(_ table: String) throws -> Int64? { try connection().integer("SELECT count(*) FROM \(table)") }

    private func connection() throws -> SQLiteConnection { try .open(path: directory.file("orders.db")) }
}
