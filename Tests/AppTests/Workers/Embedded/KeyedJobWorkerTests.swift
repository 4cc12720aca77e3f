import Reactor
import TestServers
import Testing

@testable import Cache
@testable import Orders
@testable import Queue
@testable import Store
@testable import Workers

extension JobLine {
    /// A create job of an order that was sent with a key.
    static func create(_ job: Int, order: Int, key: String, _ record: KeyRecord, position: Int = 0) -> String {
        var fingerprint = ByteBuffer()
        fingerprint.append(hex: record.fingerprint)
        return create(job, order: order).dropLast()
            + ",\"idempotency\":{\"key\":\"\(key)\",\"position\":\(position),\"fingerprint\":\"\(fingerprint.string)\","
            + "\"seed\":\"\(record.idSeed)\"}}"
    }
}

/// Orders with an idempotency key on their way through a worker.
@Suite struct KeyedJobWorkerTests {
    private let record = testRecord(testSeed(1))
    private let key = IdempotencyKey("k")

    @Test("An applied order's key is the database's, also when the order comes again after it was deleted")
    func embedded() throws {
        let harness = try EmbeddedWorkerHarness()
        _ = harness.claims.claim(key, record, orders: 1)
        harness.claims.finish(key, isApplied: false)
        try harness.start()
        _ = try harness.put([JobLine.create(1, order: 1, key: "k", record)], message: 1)
        _ = try harness.put([JobLine.delete(2, order: 1)], message: 2)
        let last = try harness.put([JobLine.create(1, order: 1, key: "k", record)], message: 3)
        harness.announce(last)
        _ = harness.next()
        harness.stop()
        #expect(try harness.stored(testID(1)) == nil)
        #expect(harness.claims.count == 0 && harness.cache.text(of: testID(1)) == nil)
    }

    @Test("What waits in the queue at the start is known as done, until it is applied")
    func restored() throws {
        let harness = try EmbeddedWorkerHarness(partitions: 2)
        _ = try harness.put([JobLine.create(1, order: 1), JobLine.create(2, order: 2, key: "k", record)], message: 1)
        _ = try harness.put(
            [JobLine.create(3, order: 3, key: "k", record, position: 1)], message: 2, partition: 1)
        let waiting = try PendingWrites.restore(
            from: harness.file.makeReader(), partitions: 2, into: harness.cache, harness.claims)
        let other = testRecord(testSeed(2))
        #expect(harness.claims.claim(key, other, orders: 2) == .done(idSeed: record.idSeed))
        #expect(harness.claims.claim(key, testRecord(testSeed(2), body: "other"), orders: 2) == .otherBody)
        try harness.start()
        harness.announce(waiting.newestSequences[0])
        _ = harness.next()
        #expect(harness.claims.claim(key, other, orders: 2) == .done(idSeed: record.idSeed))
        harness.announce(waiting.newestSequences[1], partition: 1)
        _ = harness.next()
        harness.stop()
        #expect(harness.claims.count == 0)
    }

    @Test("An order that was published twice is created once, and the cache is told to look again")
    func cluster() throws {
        let harness = try ClusterHarness("published twice")
        let create = JobLine.create(1, order: 1, key: "k", record)
        try harness.publish([[create], [JobLine.update(2, order: 1, status: "paid")], [create]], firstID: 1)
        try harness.startInstance()
        #expect(try eventually { try harness.orders() == 1 && harness.repair.calls.flatMap(\.writes).count == 3 })
        #expect(try harness.stopAndCheckEmpty())
        #expect(try harness.stored(1) == JobLine.order(1, status: "paid"))
        // What it finds may have been changed since: nothing but the creation itself may end here.
        #expect(
            harness.repair.settled.last
                == SettledWrite(orderID: testID(1), version: OrderVersion(ofCreation: testID(1)), isShown: true))
    }
}
