import Orders
import Reactor

/// The writing connection of the orders database with its compiled statements.
final class SQLiteOrderWriter {
    private let connection: SQLiteConnection
    private let messages: SQLiteAppliedMessages
    private let rows: SQLiteOrderRows
    private let bulk: SQLiteOrderBulk
    private let keys: SQLiteRecordedKeys
    private let addToTotal: SQLiteStatement
    private var pruning = KeyPruning()
    private(set) var isKnown: [Bool] = []

    init(_ connection: consuming SQLiteConnection) throws(SQLiteError) {
        messages = try SQLiteAppliedMessages(connection)
        rows = try SQLiteOrderRows(connection)
        bulk = try SQLiteOrderBulk(connection)
        keys = try SQLiteRecordedKeys(connection)
        addToTotal = try SQLiteStatement(connection, "UPDATE order_counter SET total = total + ?")
        self.connection = connection
    }

    func rollBack() { connection.rollBack() }

    /// Without a condition SQLite drops the pages of a table and looks at no row: a million orders take a second.
    func removeAllOrders() throws(SQLiteError) {
        try connection.inWriteTransaction { () throws(SQLiteError) in
            try connection.execute(
                """
                DELETE FROM order_items; DELETE FROM orders; DELETE FROM idempotency_keys;
                UPDATE order_counter SET total = 0
                """)
        }
    }

    func hasApplied(_ message: QueuedMessage) throws(SQLiteError) -> Bool { try messages.contains(message) }
}

extension SQLiteOrderWriter: BatchWriter {
    /// The write lock is taken at the start, so that no step inside can be refused for being late.
    func begin() throws(SQLiteError) { try connection.execute("BEGIN IMMEDIATE") }

    func record(_ batch: borrowing JobBatch, partition: Int) throws(SQLiteError) {
        try messages.record(batch.messages, partition, isKnown: &isKnown)
    }

    func forget(_ messages: ForgottenMessages, partition: Int) throws(SQLiteError) {
        try self.messages.forget(messages, partition)
    }

    /// Runs of new orders go in many rows a statement, everything else job by job.
    func applyTogether(_ batch: borrowing JobBatch, _ result: inout ApplyResult) throws(SQLiteError) {
        var index = 0
        while index < batch.jobs.count {
            let run = index..<index + newOrders(in: batch, from: index) / SQLiteOrderBulk.rows * SQLiteOrderBulk.rows
            if run.isEmpty {
                let job = batch.jobs[index]
                if isKnown[job.message] { result.skipped += 1 } else { try apply(job, of: batch, &result) }
                index += 1
            } else {
                try insert(run, of: batch)
                result.created += run.count
                index = run.upperBound
            }
        }
    }

    func applyAlone(
        _ job: Job, of batch: borrowing JobBatch, _ result: inout ApplyResult
    ) throws(SQLiteError) -> String? {
        var reason: String?
        try connection.execute("SAVEPOINT job")
        do throws(SQLiteError) {
            try apply(job, of: batch, &result)
        } catch {
            // A schema may roll back everything on a conflict; then there is no transaction left to go on with.
            guard error.refusesRow, !connection.isOutsideTransaction else { throw error }
            try connection.execute("ROLLBACK TO job")
            reason = error.message
        }
        try connection.execute("RELEASE job")
        return reason
    }

    func commit(_ result: ApplyResult, keyCount: Int) throws(SQLiteError) {
        try count(result)
        if let limit = pruning.limit(after: keyCount, now: .now()) {
            try keys.prune(before: KeyPruning.boundary(now: WallClock.nanoseconds() / 1_000_000), limit: limit)
        }
        try connection.commit()
    }

    /// How many jobs from `first` on are creates that no earlier transaction has applied. Those with an idempotency key
    /// are not counted: whether such an order is new is found out one by one.
    private func newOrders(in batch: borrowing JobBatch, from first: Int) -> Int {
        var index = first
        while index < batch.jobs.count, batch.jobs[index].kind == .createOrder, batch.jobs[index].mark == nil,
            !isKnown[batch.jobs[index].message]
        { index += 1 }
        return index - first
    }

    private func apply(_ job: Job, of batch: borrowing JobBatch, _ result: inout ApplyResult) throws(SQLiteError) {
        if let mark = batch.mark(of: job),
            try !keys.record(mark, batch.text.bytes, now: WallClock.nanoseconds() / 1_000_000)
        {
            return result.repeat(job.orderID)
        }
        try rows.apply(job, of: batch, &result)
    }

    private func insert(_ run: Range<Int>, of batch: borrowing JobBatch) throws(SQLiteError) {
        for first in stride(from: run.lowerBound, to: run.upperBound, by: SQLiteOrderBulk.rows) {
            try bulk.insertOrders(batch, from: first)
        }
        guard let rest = try bulk.insertItems(batch, of: run) else { return }
        try rows.addItems(of: batch.jobs[rest.job], from: rest.item, batch)
        for index in rest.job + 1..<run.upperBound {
            try rows.addItems(of: batch.jobs[index], from: batch.jobs[index].items.lowerBound, batch)
        }
    }

    private func count(_ result: ApplyResult) throws(SQLiteError) {
        guard result.created != result.deleted else { return }
        try addToTotal.bind(1, Int64(result.created - result.deleted))
        try addToTotal.run()
    }
}

@available(*, unavailable)
extension SQLiteOrderWriter: Sendable {}
