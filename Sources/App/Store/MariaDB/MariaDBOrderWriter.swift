import Orders
import Reactor

/// A writing connection of the orders database.
final class MariaDBOrderWriter {
    private let connection: MariaDBConnection
    private let clock: SteadyClock
    private var states = MariaDBOrderStates()
    private var keys = MariaDBRecordedKeys()
    private var script = MariaDBOrderScript()
    private var matched: [Int] = []
    private var keyPruning = Pruning()
    private var absentPruning = Pruning()

    // MARK: Of the open transaction

    private var place = RecordPlace(partition: 0, milliseconds: 0)
    /// Rows of `absent_orders`.
    private var recorded = 0

    init(_ connection: consuming MariaDBConnection, clock: SteadyClock) {
        self.connection = connection
        self.clock = clock
    }

    func rollBack() throws(MariaDBError) { try connection.run("ROLLBACK") }
}

extension MariaDBOrderWriter: BatchWriter {
    typealias Failure = MariaDBError

    func begin(partition: Int) throws(MariaDBError) -> PartitionState {
        script.removeAll()
        place = RecordPlace(partition: partition, milliseconds: clock.milliseconds())
        recorded = 0
        return try MariaDBPartitions.lock(partition, connection)
    }

    func look(up lookup: OrderLookup, for join: inout OrderJoin) throws(MariaDBError) -> Bool {
        try states.look(up: lookup, for: &join, connection)
    }

    func findKeys(of batch: borrowing JobBatch) throws(MariaDBError) { try keys.find(batch, connection) }

    func record(_ mark: KeyMark, of batch: borrowing JobBatch) -> Bool {
        let finding = keys.take(mark, of: batch)
        switch finding {
        case .repeated: return false
        case .other: return true
        case .new, .replaces:
            script.append(
                mark, replacing: finding == .replaces, of: batch,
                nowMilliseconds: WallClock.nanoseconds() / 1_000_000)
            return true
        }
    }

    func insert(_ index: Int, of batch: borrowing JobBatch) throws(MariaDBError) {
        script.insert(batch.jobs[index], of: batch, connection)
        if script.byteCount >= MariaDBConnection.scriptBytes { try runScript() }
    }

    /// Gathers it in a script, which runs in as few round trips as its length allows.
    func carryOut(_ effect: OrderEffect, job index: Int, of batch: borrowing JobBatch) throws(MariaDBError) {
        let job = batch.jobs[index]
        let status = job.status.of(batch.text.bytes)
        switch effect {
        case .none: break
        case .insert: try insert(index, of: batch)
        case .insertHeeding: script.insertHeedingChange(job, of: batch, connection)
        case .setStatus(let version): script.setStatus(status, of: job.orderID, version, connection)
        case .takeOut(let version):
            script.takeOut(job.orderID, version, place)
            recorded += 1
        case .bringBack(let version):
            // What is recorded may be so by the script itself.
            try runScript()
            let creation = try MariaDBAbsentOrders.creation(of: job.orderID, connection)
            script.insert(job.orderID, creation, status: status, version, connection)
        case .record(let version):
            script.record(job.orderID, job.kind == .deleteOrder ? nil : status, version, place, connection)
            recorded += 1
        case .keepCreation: script.keepCreation(by: job, of: batch, connection)
        }
        if script.byteCount >= MariaDBConnection.scriptBytes { try runScript() }
    }

    func finish(_ batch: borrowing JobBatch) throws(MariaDBError) { try runScript() }

    func isolate(
        _ batch: borrowing JobBatch, _ apply: () throws(MariaDBError) -> Void
    ) throws(MariaDBError) -> MariaDBError? {
        script.removeAll()
        script.append(control: "SAVEPOINT job")
        do throws(MariaDBError) {
            try apply()
            script.append(control: "RELEASE SAVEPOINT job")
            try runScript()
            return nil
        } catch {
            guard error.refusesRow else { throw error }
            script.removeAll()
            try connection.run("ROLLBACK TO SAVEPOINT job")
            return error
        }
    }

    func reason(of failure: MariaDBError) throws(MariaDBError) -> String {
        guard failure.kind == .duplicate, failure.message.contains("PRIMARY'") else { return failure.message }
        // The numbers of the items have run out: no order would be taken, and this one is not to blame.
        if failure.message.contains("Duplicate entry '\(Int32.max)'") { throw failure.asGeneralFailure() }
        // A service that locks no partitions has made the order, or another partition's worker the key's record.
        throw .orderChanged
    }

    /// All workers count in one row. They wait for each other there only from this statement on, which is the last one,
    /// and no cycle can arise from it.
    func commit(_ closing: BatchClosing) throws(MariaDBError) {
        var end = ByteBuffer()
        if let highest = closing.highest {
            end.append(
                string: """
                    UPDATE order_partitions SET highest = \(highest) WHERE `partition` = \(place.partition);
                    """)
        }
        if closing.added != 0 {
            end.append(string: "UPDATE order_counter SET total = total + (\(closing.added)) WHERE id = 1;")
        }
        if !end.isEmpty {
            matched.removeAll(keepingCapacity: true)
            try connection.runAll(end.bytes, matched: &matched)
            // Somebody who deleted all orders was killed half way: whoever connects next counts them anew.
            guard matched.allSatisfy({ $0 == 1 }) else { throw .countMissing }
        }
        try connection.commit()
        prune(closing)
    }

    /// After the commit, so nobody needs it to succeed now.
    private func prune(_ closing: BatchClosing) {
        let now = Deadline.now()
        if let limit = keyPruning.limit(after: closing.keys, now: now) {
            let boundary = Pruning.boundary(ofKeysAt: WallClock.nanoseconds() / 1_000_000)
            try? keys.prune(before: boundary, limit: limit, connection)
        }
        if let limit = absentPruning.limit(after: recorded, now: now) {
            let boundary = Pruning.boundary(
                ofAbsentOrdersAt: place.milliseconds, oldestQueued: closing.oldestQueuedMilliseconds)
            try? MariaDBAbsentOrders.prune(place.partition, before: boundary, limit: limit, connection)
        }
    }

    private func runScript() throws(MariaDBError) {
        script.finish()
        guard !script.expectations.isEmpty else { return }
        matched.removeAll(keepingCapacity: true)
        try connection.runAll(script.sql.bytes, matched: &matched)
        precondition(matched.count == script.expectations.count, "as many results as statements")
        for (expectation, rows) in zip(script.expectations, matched) {
            guard case .rows(let expected) = expectation, rows != expected else { continue }
            throw .orderChanged
        }
        script.removeAll()
    }
}

@available(*, unavailable)
extension MariaDBOrderWriter: Sendable {}
