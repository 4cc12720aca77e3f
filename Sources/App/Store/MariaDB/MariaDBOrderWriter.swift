import Reactor

/// A writing connection of the orders database: one transaction for each batch.
final class MariaDBOrderWriter {
    private let connection: MariaDBConnection
    private var messages = AppliedMessages()
    private var keys = RecordedKeys()
    private var pruning = KeyPruning()
    private var script = OrderScript()
    /// For each message of the batch in hand: it was applied by an earlier transaction.
    private var isKnown: [Bool] = []
    private var matched: [Int] = []

    /// What an open transaction has done so far.
    struct Uncommitted {
        var result = ApplyResult()
        var refused: [RejectedJob] = []
    }

    init(_ connection: consuming MariaDBConnection) { self.connection = connection }

    /// Applies `batch` in a transaction that ``commit(_:)`` or ``rollBack()`` has to end, also when this throws.
    func applyUncommitted(
        _ batch: borrowing JobBatch, partition: Int, forgetting: ForgottenMessages
    ) throws(MariaDBError) -> Uncommitted {
        do throws(MariaDBError) {
            return try attempt(batch, partition, forgetting, isolatingJobs: false)
        } catch {
            guard error.refusesRow else { throw error }
        }
        try rollBack()
        return try attempt(batch, partition, forgetting, isolatingJobs: true)
    }

    /// Counts what was done, and commits it.
    ///
    /// All workers count in one row. They wait for each other there only from this statement on, which is the last one, and
    /// no cycle can arise from it.
    func commit(_ result: ApplyResult) throws(MariaDBError) {
        if result.created != result.deleted {
            let counted = try connection.run(
                "UPDATE order_counter SET total = total + (\(result.created - result.deleted)) WHERE id = 1")
            // Somebody who deleted all orders was killed half way: whoever connects next counts them anew.
            guard counted == 1 else { throw .countMissing }
        }
        try connection.commit()
    }

    /// After a commit of as many `keys`. Nobody needs it to succeed now.
    func pruneKeys(after keys: Int) {
        guard let limit = pruning.limit(after: keys, now: .now()) else { return }
        let boundary = KeyPruning.boundary(now: WallClock.nanoseconds() / 1_000_000)
        try? self.keys.prune(before: boundary, limit: limit, connection)
    }

    func rollBack() throws(MariaDBError) { try connection.run("ROLLBACK") }

    /// Without isolation the first refused job ends the attempt. With it each job has a savepoint and a round trip: only
    /// for a batch in which a job was refused, or creates an order that is there.
    private func attempt(
        _ batch: borrowing JobBatch, _ partition: Int, _ forgetting: ForgottenMessages, isolatingJobs: Bool
    ) throws(MariaDBError) -> Uncommitted {
        var done = Uncommitted()
        script.removeAll()
        try connection.run("START TRANSACTION")
        try messages.find(batch.messages, partition, isKnown: &isKnown, connection)
        try messages.record(partition, connection)
        try messages.forget(forgetting, partition, connection)
        try keys.find(batch, connection)
        for index in batch.jobs.indices {
            let job = batch.jobs[index]
            if isKnown[job.message] {
                done.result.skipped += 1
            } else if isolatingJobs {
                try applyAlone(job, of: batch, &done)
            } else if append(job, of: batch) == .repeated {
                done.result.repeat(job.orderID)
            } else {
                if script.byteCount >= MariaDBConnection.scriptBytes { try runScript(&done.result) }
            }
        }
        try runScript(&done.result)
        return done
    }

    /// Appends the statements of `job`, and that for its key.
    private func append(_ job: Job, of batch: borrowing JobBatch) -> RecordedKeys.Finding? {
        guard let mark = batch.mark(of: job) else {
            script.append(job, of: batch, connection)
            return nil
        }
        let finding = keys.take(mark, of: batch)
        if finding == .repeated { return finding }
        if finding != .other {
            script.append(
                mark, replacing: finding == .replaces, of: batch,
                nowMilliseconds: WallClock.nanoseconds() / 1_000_000)
        }
        script.append(job, of: batch, connection)
        return finding
    }

    private func runScript(_ result: inout ApplyResult) throws(MariaDBError) {
        script.finish()
        guard !script.effects.isEmpty else { return }
        try runStatements()
        count(&result)
        script.removeAll()
    }

    /// After an error too, `matched` has the results of the statements before it.
    private func runStatements() throws(MariaDBError) {
        matched.removeAll(keepingCapacity: true)
        try connection.runAll(script.sql.bytes, matched: &matched)
        precondition(matched.count == script.effects.count, "as many results as statements")
    }

    private func count(_ result: inout ApplyResult) {
        for (effect, rows) in zip(script.effects, matched) {
            switch effect {
            case .none: break
            case .creates(let orders):
                precondition(rows == orders, "an INSERT inserts all of its rows or fails")
                result.created += orders
            case .update(let order): if rows > 0 { result.updated += 1 } else { result.miss(order) }
            case .delete(let order): if rows > 0 { result.deleted += 1 } else { result.miss(order) }
            }
        }
    }

    /// Undoes the job's rows and notes the reason when the database refuses it.
    private func applyAlone(
        _ job: Job, of batch: borrowing JobBatch, _ done: inout Uncommitted
    ) throws(MariaDBError) {
        script.removeAll()
        script.append(control: "SAVEPOINT job;")
        guard append(job, of: batch) != .repeated else {
            script.removeAll()
            return done.result.repeat(job.orderID)
        }
        script.append(control: "RELEASE SAVEPOINT job;")
        do throws(MariaDBError) {
            try runStatements()
            count(&done.result)
        } catch {
            guard error.refusesRow else { throw error }
            try connection.run("ROLLBACK TO SAVEPOINT job")
            try refuse(job, error, &done)
        }
        script.removeAll()
    }

    private func refuse(_ job: Job, _ error: MariaDBError, _ done: inout Uncommitted) throws(MariaDBError) {
        if error.kind == .duplicate {
            if job.kind == .createOrder, try exists(job.orderID) { return done.result.skipped += 1 }
            // The numbers of the items have run out: no order would be taken, and this one is not to blame.
            if error.message.contains("PRIMARY'") { throw error.asGeneralFailure() }
        }
        done.result.rejected += 1
        done.refused.append(
            RejectedJob(
                source: job.source, id: job.id, reason: "The database refused it: \(error.message)",
                message: job.message))
    }

    private func exists(_ order: UUID) throws(MariaDBError) -> Bool {
        try connection.integer("SELECT count(*) FROM orders WHERE id = '\(order)'") == 1
    }
}

@available(*, unavailable)
extension MariaDBOrderWriter: Sendable {}
