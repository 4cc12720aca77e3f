import Reactor

/// The writing connection of the orders database with its compiled statements: one transaction for each batch.
final class OrderWriter {
    private let connection: SQLiteConnection
    private let rows: OrderRows
    private let bulk: OrderBulk
    private let keys: KeyRows
    private var pruning = KeyPruning()
    private let recordMessage: SQLiteStatement
    private let forgetMessages: SQLiteStatement
    private let forgetMessage: SQLiteStatement
    private let findMessage: SQLiteStatement
    private let addToTotal: SQLiteStatement
    /// For each message of the batch in hand: it was applied by an earlier transaction.
    private var isKnown: [Bool] = []

    /// What an open transaction has done so far.
    struct Uncommitted {
        var result = ApplyResult()
        var refused: [RejectedJob] = []
    }

    init(_ connection: consuming SQLiteConnection) throws(SQLiteError) {
        rows = try OrderRows(connection)
        bulk = try OrderBulk(connection)
        keys = try KeyRows(connection)
        recordMessage = try SQLiteStatement(
            connection, "INSERT INTO applied_messages (partition, message_id) VALUES (?, ?) ON CONFLICT DO NOTHING")
        forgetMessages = try SQLiteStatement(
            connection, "DELETE FROM applied_messages WHERE partition = ? AND message_id < ?")
        forgetMessage = try SQLiteStatement(
            connection, "DELETE FROM applied_messages WHERE partition = ? AND message_id = ?")
        findMessage = try SQLiteStatement(
            connection, "SELECT 1 FROM applied_messages WHERE partition = ? AND message_id = ?")
        addToTotal = try SQLiteStatement(connection, "UPDATE order_counter SET total = total + ?")
        self.connection = connection
    }

    /// Applies `batch` in a transaction that ``commit()`` or ``rollBack()`` has to end; none is open when this throws.
    func applyUncommitted(
        _ batch: borrowing JobBatch, partition: Int, forgetting: ForgottenMessages
    ) throws(SQLiteError) -> Uncommitted {
        do throws(SQLiteError) {
            return try attempt(batch, partition, forgetting, isolatingJobs: false)
        } catch {
            guard error.refusesRow else { throw error }
        }
        return try attempt(batch, partition, forgetting, isolatingJobs: true)
    }

    func commit() throws(SQLiteError) { try connection.commit() }

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

    func hasApplied(_ message: QueuedMessage) throws(SQLiteError) -> Bool {
        try findMessage.bind(1, Int64(message.partition))
        try findMessage.bind(2, message.id)
        defer { findMessage.reset() }
        return try findMessage.step()
    }

    /// Without isolation the first refused job ends the attempt. With it each job has a savepoint: slower by half, so only
    /// for a batch in which a job was refused.
    private func attempt(
        _ batch: borrowing JobBatch, _ partition: Int, _ forgetting: ForgottenMessages, isolatingJobs: Bool
    ) throws(SQLiteError) -> Uncommitted {
        var done = Uncommitted()
        try connection.execute("BEGIN IMMEDIATE")
        do throws(SQLiteError) {
            try record(batch.messages, partition)
            try forget(partition, forgetting)
            if isolatingJobs {
                for index in batch.jobs.indices { try applyAlone(index, of: batch, &done) }
            } else {
                try applyTogether(batch, &done.result)
            }
            try count(done.result)
            try prune(after: batch.marks.count)
        } catch {
            connection.rollBack()
            throw error
        }
        return done
    }

    /// Runs of new orders go in many rows a statement, everything else job by job.
    private func applyTogether(_ batch: borrowing JobBatch, _ result: inout ApplyResult) throws(SQLiteError) {
        var index = 0
        while index < batch.jobs.count {
            let run = index..<index + newOrders(in: batch, from: index) / OrderBulk.rows * OrderBulk.rows
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

    /// How many jobs from `first` on are creates that no earlier transaction has applied. Those with an idempotency key are
    /// not counted: whether such an order is new is found out one by one.
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

    private func prune(after recorded: Int) throws(SQLiteError) {
        guard let limit = pruning.limit(after: recorded, now: .now()) else { return }
        try keys.prune(
            before: KeyPruning.boundary(now: WallClock.nanoseconds() / 1_000_000), limit: limit)
    }

    private func insert(_ run: Range<Int>, of batch: borrowing JobBatch) throws(SQLiteError) {
        for first in stride(from: run.lowerBound, to: run.upperBound, by: OrderBulk.rows) {
            try bulk.insertOrders(batch, from: first)
        }
        guard let rest = try bulk.insertItems(batch, of: run) else { return }
        try rows.addItems(of: batch.jobs[rest.job], from: rest.item, batch)
        for index in rest.job + 1..<run.upperBound {
            try rows.addItems(of: batch.jobs[index], from: batch.jobs[index].items.lowerBound, batch)
        }
    }

    /// Undoes the job's rows and notes the reason when the database refuses it.
    private func applyAlone(
        _ index: Int, of batch: borrowing JobBatch, _ done: inout Uncommitted
    ) throws(SQLiteError) {
        let job = batch.jobs[index]
        guard !isKnown[job.message] else { return done.result.skipped += 1 }
        try connection.execute("SAVEPOINT job")
        do throws(SQLiteError) {
            try apply(job, of: batch, &done.result)
        } catch {
            // A schema may roll back everything on a conflict; then there is no transaction left to go on with.
            guard error.refusesRow, !connection.isOutsideTransaction else { throw error }
            try connection.execute("ROLLBACK TO job")
            done.result.rejected += 1
            done.refused.append(
                RejectedJob(
                    source: job.source, id: job.id, reason: "The database refused it: \(error.message)",
                    message: job.message))
        }
        try connection.execute("RELEASE job")
    }

    private func record(_ messages: [UUID], _ partition: Int) throws(SQLiteError) {
        isKnown.removeAll(keepingCapacity: true)
        try recordMessage.bind(1, Int64(partition))
        for message in messages {
            try recordMessage.bind(2, message)
            isKnown.append(try recordMessage.runCountingChanges() == 0)
        }
    }

    private func forget(_ partition: Int, _ forgetting: ForgottenMessages) throws(SQLiteError) {
        switch forgetting {
        case .nothing: break
        case .olderThan(let oldest):
            try forgetMessages.bind(1, Int64(partition))
            try forgetMessages.bind(2, oldest)
            try forgetMessages.run()
        case .these(let messages):
            try forgetMessage.bind(1, Int64(partition))
            for message in messages {
                try forgetMessage.bind(2, message)
                try forgetMessage.run()
            }
        }
    }

    private func count(_ result: ApplyResult) throws(SQLiteError) {
        guard result.created != result.deleted else { return }
        try addToTotal.bind(1, Int64(result.created - result.deleted))
        try addToTotal.run()
    }
}

@available(*, unavailable)
extension OrderWriter: Sendable {}
