import Orders
import Reactor

/// A writing connection of the orders database.
final class MariaDBOrderWriter {
    private let connection: MariaDBConnection
    private var messages = MariaDBAppliedMessages()
    private var keys = MariaDBRecordedKeys()
    private var pruning = KeyPruning()
    private var script = MariaDBOrderScript()
    private(set) var isKnown: [Bool] = []
    private var matched: [Int] = []

    init(_ connection: consuming MariaDBConnection) { self.connection = connection }

    func rollBack() throws(MariaDBError) { try connection.run("ROLLBACK") }
}

extension MariaDBOrderWriter: BatchWriter {
    func begin() throws(MariaDBError) { try connection.run("START TRANSACTION") }

    func record(_ batch: borrowing JobBatch, partition: Int) throws(MariaDBError) {
        try messages.find(batch.messages, partition, isKnown: &isKnown, connection)
        try messages.record(partition, connection)
        try keys.find(batch, connection)
    }

    func forget(_ messages: ForgottenMessages, partition: Int) throws(MariaDBError) {
        try self.messages.forget(messages, partition, connection)
    }

    /// In as few round trips as the length of a script allows. A create of an order that is there is a refused row
    /// here.
    func applyTogether(_ batch: borrowing JobBatch, _ result: inout ApplyResult) throws(MariaDBError) {
        script.removeAll()
        for job in batch.jobs {
            if isKnown[job.message] {
                result.skipped += 1
            } else if append(job, of: batch) == .repeated {
                result.repeat(job.orderID)
            } else if script.byteCount >= MariaDBConnection.scriptBytes {
                try runScript(&result)
            }
        }
        try runScript(&result)
    }

    func applyAlone(
        _ job: Job, of batch: borrowing JobBatch, _ result: inout ApplyResult
    ) throws(MariaDBError) -> String? {
        script.removeAll()
        script.append(control: "SAVEPOINT job;")
        guard append(job, of: batch) != .repeated else {
            result.repeat(job.orderID)
            return nil
        }
        script.append(control: "RELEASE SAVEPOINT job;")
        do throws(MariaDBError) {
            try runStatements()
            count(&result)
            return nil
        } catch {
            guard error.refusesRow else { throw error }
            try connection.run("ROLLBACK TO SAVEPOINT job")
            return try reason(of: error, job, &result)
        }
    }

    /// All workers count in one row. They wait for each other there only from this statement on, which is the last one,
    /// and no cycle can arise from it.
    func commit(_ result: ApplyResult, keyCount: Int) throws(MariaDBError) {
        if result.created != result.deleted {
            let counted = try connection.run(
                "UPDATE order_counter SET total = total + (\(result.created - result.deleted)) WHERE id = 1")
            // Somebody who deleted all orders was killed half way: whoever connects next counts them anew.
            guard counted == 1 else { throw .countMissing }
        }
        try connection.commit()
        pruneKeys(after: keyCount)
    }

    /// After the commit, so nobody needs it to succeed now.
    private func pruneKeys(after keyCount: Int) {
        guard let limit = pruning.limit(after: keyCount, now: .now()) else { return }
        let boundary = KeyPruning.boundary(now: WallClock.nanoseconds() / 1_000_000)
        try? keys.prune(before: boundary, limit: limit, connection)
    }

    /// Appends the statements of `job`, and that for its key.
    private func append(_ job: Job, of batch: borrowing JobBatch) -> MariaDBRecordedKeys.Finding? {
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

    /// Why the database refused the job; nil when the job is only a create of an order that is there.
    private func reason(
        of error: MariaDBError, _ job: Job, _ result: inout ApplyResult
    ) throws(MariaDBError) -> String? {
        if error.kind == .duplicate {
            if job.kind == .createOrder, try exists(job.orderID) {
                result.skipped += 1
                return nil
            }
            // The numbers of the items have run out: no order would be taken, and this one is not to blame.
            if error.message.contains("PRIMARY'") { throw error.asGeneralFailure() }
        }
        return error.message
    }

    private func exists(_ order: UUID) throws(MariaDBError) -> Bool {
        try connection.integer("SELECT count(*) FROM orders WHERE id = '\(order)'") == 1
    }
}

@available(*, unavailable)
extension MariaDBOrderWriter: Sendable {}
