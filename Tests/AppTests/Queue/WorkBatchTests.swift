import Reactor
import Testing

@testable import Orders
@testable import Queue
@testable import Store

@Suite struct WorkBatchTests {
    /// A database that answers with what it is told to.
    private final class Database: OrderStore {
        var result = ApplyResult()

        func prepare() throws(StoreError) {}

        func apply(
            _ batch: borrowing JobBatch, partition: Int, oldestQueuedMilliseconds: UInt64,
            setAside: ([RejectedJob]) throws(StoreError) -> Void
        ) throws(StoreError) -> ApplyResult { result }
    }

    private let database = Database()

    private func settled(_ line: String, _ effect: JobException.Effect? = nil) throws -> SettledWrite? {
        var batch = WorkBatch()
        var body = ByteBuffer()
        body.append(string: line)
        batch.add(body: body.bytes, offset: 0)
        database.result.exceptions = effect.map { [JobException(job: 0, effect: $0)] } ?? []
        _ = try batch.apply(to: database, partition: 0, oldestQueuedMilliseconds: 0) { _ in }
        #expect(batch.isRefused(0) == (effect == .refused))
        return batch.settled(0)
    }

    private let created = OrderVersion(ofCreation: testID(1))

    private func write(_ version: OrderVersion, isShown: Bool) -> SettledWrite {
        SettledWrite(orderID: testID(1), version: version, isShown: isShown)
    }

    @Test("A job that went as it says is shown under its own version; a delete leaves nothing to show")
    func usual() throws {
        #expect(try settled(JobLine.create(1, order: 1)) == write(created, isShown: true))
        #expect(try settled(JobLine.update(2, order: 1, status: "a")) == write(JobLine.version(2), isShown: true))
        #expect(try settled(JobLine.delete(3, order: 1)) == write(JobLine.version(3), isShown: false))
    }

    @Test("What is older than the database's state, or refused, ends, and the database is asked")
    func over() throws {
        let newer = JobLine.version(9)
        let update = JobLine.update(2, order: 1, status: "a")
        #expect(try settled(update, .superseded(by: newer)) == write(newer, isShown: false))
        #expect(try settled(update, .refused) == write(JobLine.version(2), isShown: false))
        #expect(try settled(JobLine.create(1, order: 1), .superseded(by: newer)) == write(newer, isShown: false))
        // Delivered once more, and nothing has changed since.
        #expect(try settled(JobLine.create(1, order: 1), .superseded(by: created)) == write(created, isShown: true))
    }

    @Test("A change that waits for its order's creation stays pending, until that comes under its version")
    func early() throws {
        #expect(try settled(JobLine.update(2, order: 1, status: "a"), .early) == nil)
        let change = JobLine.version(2)
        #expect(try settled(JobLine.create(1, order: 1), .applied(as: change)) == write(change, isShown: true))
    }

    @Test("Changes without a version get that of their message, where it says one")
    func unversioned() {
        let line = JobLine.unversioned(JobLine.update(2, order: 1, status: "a"))
        var body = ByteBuffer()
        body.append(string: line + "\n" + JobLine.update(3, order: 1, status: "b"))
        var batch = WorkBatch()
        batch.add(body: body.bytes, offset: 0)
        batch.add(body: body.bytes, offset: 0, version: OrderVersion(number: 5))
        #expect(
            batch.jobs.jobs.map(\.version) == [nil, JobLine.version(3), OrderVersion(number: 5), JobLine.version(3)])
        #expect(batch.messages == 2 && batch.jobs.jobs.map(\.message) == [0, 0, 1, 1])
    }
}
