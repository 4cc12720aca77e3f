import Reactor
import Synchronization
import TestServers
import Testing

@testable import Orders
@testable import Store

/// With a server of its own, which is stopped, killed and frozen.
@Suite struct MariaDBFaultTests {
    let it: MariaDBUnderTest

    init() throws { it = try MariaDBUnderTest(MariaServer()) }

    @Test("A server that is killed under load and started again has every batch once, in its order")
    func killed() throws {
        let endpoint = it.endpoint
        let applied = Atomic<Int>(0)
        let failures = Atomic<Int>(0)
        let isOver = Atomic<Bool>(false)
        let load = ThreadGroup(2) { partition in
            let store = MariaDBOrderStore(MariaDBDatabase(endpoint))
            var round = 0
            while !isOver.load(ordering: .relaxed) {
                let first = partition * 1_000_000 + round * 100
                var batch = JobBatch()
                batch.message(round)
                for order in 0..<20 { batch.create(first + order) }
                batch.update(first, status: "paid")
                batch.delete(first + 1)
                // As a worker does: the same batch until it is applied.
                while (try? store.apply(batch, partition: partition, oldestQueuedMilliseconds: 0) { _ in }) == nil {
                    failures.add(1, ordering: .relaxed)
                }
                applied.add(1, ordering: .relaxed)
                round += 1
            }
        }
        for _ in 0..<3 {
            let before = applied.load(ordering: .relaxed)
            #expect(eventually { applied.load(ordering: .relaxed) >= before + 20 })
            it.server.kill()
            let failed = failures.load(ordering: .relaxed)
            #expect(eventually { failures.load(ordering: .relaxed) > failed })
            try it.server.start()
        }
        let before = applied.load(ordering: .relaxed)
        #expect(eventually { applied.load(ordering: .relaxed) >= before + 20 })
        isOver.store(true, ordering: .relaxed)
        try load.join()
        let batches = Int64(applied.load(ordering: .relaxed))
        #expect(try it.total() == batches * 19 && it.count("orders") == batches * 19)
        #expect(try it.count("order_items") == batches * 19)
        #expect(try it.count("orders WHERE status = 'paid'") == batches)
        #expect(try it.count("absent_orders") == batches)
    }

    @Test("A batch of which half is delivered again costs few statements, and the new half goes in many rows each")
    func redelivered() throws {
        var half = JobBatch()
        var whole = JobBatch()
        half.message(1)
        whole.message(2)
        for order in 0..<4_096 {
            if order % 2 == 0 { half.create(order) }
            whole.create(order)
        }
        _ = try it.store.apply(half, partition: 0, oldestQueuedMilliseconds: 0) { _ in }
        let before = try statements()
        let result = try it.store.apply(whole, partition: 0, oldestQueuedMilliseconds: 0) { _ in }
        #expect(result.created == 2_048 && result.skipped == 2_048)
        let after = try statements()
        // Four INSERTs of orders and as many of their items, behind the one that tells of the redelivery.
        #expect(after.inserts - before.inserts == 9)
        #expect(after.selects - before.selects <= 8)
    }

    private func statements() throws -> (inserts: Int, selects: Int) {
        let counts = try ["Com_insert", "Com_select"].map { name in
            try it.server.sql("SHOW GLOBAL STATUS LIKE '\(name)'").split { $0.isWhitespace }.last.flatMap { Int($0) }
                ?? 0
        }
        return (counts[0], counts[1])
    }

    @Test("A reader tells of a server that is gone at once, and reads again when it is back")
    func restarted() throws {
        try it.create([1])
        #expect(try it.order(1) != "")
        it.server.kill()
        let start = Timeout.now()
        #expect(throws: StoreError.self) { try it.order(1) }
        #expect(throws: StoreError.self) { try it.order(1) }
        #expect(Timeout.now() - start < 1)
        try it.server.start()
        #expect(try it.order(1) != "")
        try it.create([2])
    }

    @Test("A reader gives up a server that is frozen after three seconds, and reads again when it goes on")
    func frozen() throws {
        try it.create([1])
        #expect(try it.order(1) != "")
        #expect(it.server.freeze())
        for _ in 0..<2 {
            let start = Timeout.now()
            let error = #expect(throws: StoreError.self) { try it.order(1) }
            #expect(Timeout.now() - start < 3.9)
            guard case .mariadb(let cause) = error else { return #expect(Bool(false)) }
            #expect(cause.kind == .connectionLost)
        }
        it.server.thaw()
        #expect(try it.order(1) != "")
        try it.create([2])
    }
}
