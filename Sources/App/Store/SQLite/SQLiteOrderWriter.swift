import Orders
import Reactor

/// The writing connection of the orders database with its compiled statements.
final class SQLiteOrderWriter {
    let connection: SQLiteConnection
    private let partitions: SQLitePartitions
    private let rows: SQLiteOrderRows
    private let bulk: SQLiteOrderBulk
    let absent: SQLiteAbsentOrders
    private let keys: SQLiteRecordedKeys
    private let addToTotal: SQLiteStatement
    private let clock: SteadyClock
    private var keyPruning = Pruning()
    private var absentPruning = Pruning()

    // MARK: Of the open transaction

    private var place = RecordPlace(partition: 0, milliseconds: 0)
    /// Jobs whose orders are to be inserted. Nothing else is carried out before them.
    private var gathered: [Int] = []
    /// Rows of `absent_orders`.
    private var recorded = 0

    init(_ connection: consuming SQLiteConnection, clock: SteadyClock = SteadyClock()) throws(SQLiteError) {
        partitions = try SQLitePartitions(connection)
        rows = try SQLiteOrderRows(connection)
        bulk = try SQLiteOrderBulk(connection)
        absent = try SQLiteAbsentOrders(connection)
        keys = try SQLiteRecordedKeys(connection)
        addToTotal = try SQLiteStatement(connection, "UPDATE order_counter SET total = total + ?")
        self.connection = connection
        self.clock = clock
    }

    func rollBack() { connection.rollBack() }
}

extension SQLiteOrderWriter: BatchWriter {
    typealias Failure = SQLiteError

    /// The write lock is taken at the start, so that no step inside can be refused for being late. It keeps the workers
    /// of all partitions away.
    func begin(partition: Int) throws(SQLiteError) -> PartitionState {
        try connection.execute("BEGIN IMMEDIATE")
        place = RecordPlace(partition: partition, milliseconds: clock.milliseconds())
        gathered.removeAll(keepingCapacity: true)
        recorded = 0
        return try partitions.state(of: partition)
    }

    func look(up lookup: OrderLookup, for join: inout OrderJoin) throws(SQLiteError) -> Bool {
        for order in lookup.orders {
            if let state = try rows.state(of: order) {
                join.learn(order, state)
            } else if let state = try absent.state(of: order) {
                join.learn(order, state)
            }
        }
        guard let created = lookup.created else { return true }
        return try absent.learn(created, limit: lookup.mostAbsent, for: &join)
    }

    /// One by one, when they are recorded.
    func findKeys(of batch: borrowing JobBatch) {}

    func record(_ mark: KeyMark, of batch: borrowing JobBatch) throws(SQLiteError) -> Bool {
        try keys.record(mark, batch.text.bytes, now: WallClock.nanoseconds() / 1_000_000)
    }

    func insert(_ index: Int, of batch: borrowing JobBatch) { gathered.append(index) }

    func carryOut(_ effect: OrderEffect, job index: Int, of batch: borrowing JobBatch) throws(SQLiteError) {
        if case .insert = effect { return insert(index, of: batch) }
        try finish(batch)
        let job = batch.jobs[index]
        let status = job.status.of(batch.text.bytes)
        switch effect {
        case .none, .insert: break
        case .insertHeeding:
            try rows.insertHeedingChange(job, of: batch)
            try absent.remove(job.orderID)
        case .setStatus(let version):
            try rows.setStatus(status, of: job.orderID, version)
        case .takeOut(let version):
            try absent.recordDelete(of: job.orderID, version, place)
            try rows.delete(job.orderID)
            recorded += 1
        case .bringBack(let version):
            try rows.insert(job.orderID, absent.creation(of: job.orderID), status: status, version)
            try absent.remove(job.orderID)
        case .record(let version):
            try absent.record(job.orderID, job.kind == .deleteOrder ? nil : status, version, place)
            recorded += 1
        case .keepCreation:
            try absent.keepCreation(by: job, of: batch)
        }
    }

    /// Many rows a statement, and the last ones one by one.
    func finish(_ batch: borrowing JobBatch) throws(SQLiteError) {
        guard !gathered.isEmpty else { return }
        let inBulk = gathered.count / SQLiteOrderBulk.rows * SQLiteOrderBulk.rows
        if inBulk > 0 { try insert(gathered[..<inBulk], of: batch) }
        for index in gathered[inBulk...] { try rows.insert(batch.jobs[index], of: batch) }
        gathered.removeAll(keepingCapacity: true)
    }

    func isolate(
        _ batch: borrowing JobBatch, _ apply: () throws(SQLiteError) -> Void
    ) throws(SQLiteError) -> SQLiteError? {
        var refusal: SQLiteError?
        try connection.execute("SAVEPOINT job")
        do throws(SQLiteError) {
            try apply()
            try finish(batch)
        } catch {
            // A schema may roll back everything on a conflict; then there is no transaction left to go on with.
            guard error.refusesRow, !connection.isOutsideTransaction else { throw error }
            gathered.removeAll(keepingCapacity: true)
            try connection.execute("ROLLBACK TO job")
            refusal = error
        }
        try connection.execute("RELEASE job")
        return refusal
    }

    func reason(of failure: SQLiteError) -> String { failure.message }

    func commit(_ closing: BatchClosing) throws(SQLiteError) {
        if closing.added != 0 {
            try addToTotal.bind(1, Int64(closing.added))
            try addToTotal.run()
        }
        if let highest = closing.highest { try partitions.raise(place.partition, to: highest) }
        let now = Deadline.now()
        if let limit = keyPruning.limit(after: closing.keys, now: now) {
            let boundary = Pruning.boundary(ofKeysAt: WallClock.nanoseconds() / 1_000_000)
            try keys.prune(before: boundary, limit: limit)
        }
        if let limit = absentPruning.limit(after: recorded, now: now) {
            let boundary = Pruning.boundary(
                ofAbsentOrdersAt: place.milliseconds, oldestQueued: closing.oldestQueuedMilliseconds)
            try absent.prune(place.partition, before: boundary, limit: limit)
        }
        try connection.commit()
    }

    private func insert(_ jobs: ArraySlice<Int>, of batch: borrowing JobBatch) throws(SQLiteError) {
        for first in stride(from: jobs.startIndex, to: jobs.endIndex, by: SQLiteOrderBulk.rows) {
            try bulk.insertOrders(jobs[first..<first + SQLiteOrderBulk.rows], of: batch)
        }
        guard let rest = try bulk.insertItems(jobs, of: batch) else { return }
        try rows.addItems(of: batch.jobs[jobs[rest.place]], from: rest.item, batch)
        for index in jobs[(rest.place + 1)...] {
            try rows.addItems(of: batch.jobs[index], from: batch.jobs[index].items.lowerBound, batch)
        }
    }
}

@available(*, unavailable)
extension SQLiteOrderWriter: Sendable {}
