import Reactor
import Testing

@testable import Cache
@testable import Queue
@testable import Workers

@Suite struct PendingWritesTests {
    private let cache = MemoryCache(limits: CacheLimits())

    private func restore(_ harness: EmbeddedWorkerHarness) throws -> [Int64] {
        try PendingWrites.restore(
            from: harness.file.makeReader(), partitions: harness.partitions, into: cache, harness.claims
        ).newestSequences
    }

    @Test("An empty queue shows nothing")
    func empty() throws {
        let harness = try EmbeddedWorkerHarness(partitions: 3)
        #expect(try restore(harness) == [0, 0, 0] && cache.pendingCount == 0)
    }

    @Test("What waits in the queue is shown as it was before the restart, the newest state of each order")
    func restores() throws {
        let harness = try EmbeddedWorkerHarness(partitions: 2)
        _ = try harness.put(
            [JobLine.create(1, order: 1), JobLine.create(2, order: 2, customer: "Bob \\\"B\\\" \\u00fc")], message: 1)
        let zero = try harness.put(
            [JobLine.update(3, order: 1, status: "paid"), JobLine.delete(4, order: 2)], message: 2)
        let one = try harness.put(
            [JobLine.update(5, order: 3, status: "seen"), JobLine.delete(6, order: 4)], message: 3, partition: 1)
        #expect(try restore(harness) == [zero, one])
        #expect(cache.pendingCount == 4)
        #expect(cache.text(of: testID(1)) == JobLine.order(1, status: "paid"))
        #expect(cache.text(of: testID(2)) == JobLine.order(2, customer: "Bob \\\"B\\\" ü", status: "deleting"))
        // Of these the database has the rest.
        #expect(cache.text(of: testID(3)) == "\"seen\"" && cache.text(of: testID(4)) == "\"deleting\"")
        #expect(cache.text(of: testID(5)) == nil)
    }

    @Test("Each job that was shown again is ended by its worker, also when it had been applied before the restart")
    func ended() throws {
        let harness = try EmbeddedWorkerHarness()
        let last = try harness.put(
            [JobLine.create(1, order: 1), JobLine.update(2, order: 1, status: "paid")], message: 1)
        try harness.start()
        harness.announce(last)
        #expect(harness.waitForAcknowledgement(last))
        // Restart without the acknowledgement.
        let newest = try PendingWrites.restore(
            from: harness.file.makeReader(), partitions: 1, into: harness.cache, harness.claims)
        #expect(newest.newestSequences == [last] && harness.cache.pendingCount == 1)
        #expect(newest.newestVersion == JobLine.version(2))
        try harness.start()
        harness.announce(last)
        #expect(harness.waitForAcknowledgement(last))
        harness.stop()
        #expect(harness.cache.pendingCount == 0 && harness.cache.pendingBytes == 0)
        #expect(try harness.count("orders") == 1)
    }

    @Test("A job that can't be read is not shown, and doesn't hide its neighbours")
    func unreadable() throws {
        let harness = try EmbeddedWorkerHarness()
        let last = try harness.put(["nonsense", JobLine.create(1, order: 1), "{}"], message: 1)
        #expect(try restore(harness) == [last])
        #expect(cache.pendingCount == 1 && cache.text(of: testID(1)) == JobLine.order(1))
    }

    @Test("More messages than are read at once are all found")
    func many() throws {
        let harness = try EmbeddedWorkerHarness(partitions: 2)
        var outgoing = OutgoingMessages()
        for number in 0..<30 {
            let line = JobLine.create(number, order: number) + "\n"
            // The count of jobs is what limits a fetch.
            outgoing.add(number, partition: number % 2, jobs: 1000, body: line)
        }
        var assigned: [Int64] = []
        try harness.writer.commit(outgoing, assigned: &assigned)
        #expect(try restore(harness) == [assigned[28], assigned[29]])
        #expect(cache.pendingCount == 30)
    }
}
