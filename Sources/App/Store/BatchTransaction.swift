import Glibc
import Metrics
import Orders
import Reactor

/// Applies batches to a database, each in one transaction. It is the one algorithm of all stores, and keeps what
/// ``OrderStore`` promises. ``BatchPlan`` decides what is tried, ``OrderJoin`` what follows from each job, and this has
/// the database carry it out.
struct BatchTransaction<Database: BatchDatabase> {
    private typealias Plan = BatchPlan<Database.Retries>

    /// A transaction that is open. It is let go with that, since its connection may be closed then.
    private struct Open {
        var writer: Database.Writer
        var partition: PartitionState
    }

    let database: Database
    /// Counts the retries.
    var metrics: WorkerMetrics?

    func apply(
        _ batch: borrowing JobBatch, partition: Int, oldestQueuedMilliseconds: UInt64,
        setAside: ([RejectedJob]) throws(StoreError) -> Void
    ) throws(StoreError) -> ApplyResult {
        var plan = Plan()
        var step = plan.first
        var open: Open?
        while true {
            switch step {
            case .apply(let mode):
                step = plan.step(after: attempt(batch, partition, mode, &open))
            case .setAside(let jobs):
                do throws(StoreError) {
                    try setAside(jobs)
                } catch {
                    database.abandonTransaction(after: nil)
                    throw error
                }
                step = plan.step(after: .areSetAside)
            case .commit(let result):
                step = plan.step(after: commit(result, batch, oldestQueuedMilliseconds, &open))
            case .pause(let milliseconds):
                metrics?.update { $0.retried(.database) }
                usleep(UInt32.random(in: milliseconds) * 1000)
                step = plan.step(after: .paused)
            case .finish(let result): return result
            case .giveUp(let failure): throw failure.storeError
            }
        }
    }

    private func attempt(
        _ batch: borrowing JobBatch, _ partition: Int, _ mode: BatchMode, _ open: inout Open?
    ) -> Plan.Outcome {
        do throws(Database.Writer.Failure) {
            let writer = try database.connected()
            let state = try writer.begin(partition: partition)
            open = Open(writer: writer, partition: state)
            var join = OrderJoin(reset: state.reset)
            try look(up: batch, mode == .takingNew ? .asNew : .asAny, writer, &join)
            try writer.findKeys(of: batch)
            var done = UncommittedBatch()
            if mode == .isolating {
                try isolateJobs(of: batch, writer, &join, &done)
            } else {
                try applyTogether(batch, writer, &join, &done)
            }
            return .applied(done)
        } catch {
            return failed(error, &open)
        }
    }

    private func look(
        up batch: borrowing JobBatch, _ creates: OrderJoin.CreatesTaken, _ writer: Database.Writer,
        _ join: inout OrderJoin
    ) throws(Database.Writer.Failure) {
        let lookup = join.lookup(for: batch, takingCreates: creates)
        guard try !writer.look(up: lookup, for: &join) else { return }
        join = OrderJoin(reset: join.reset)
        let whole = join.lookup(for: batch, takingCreates: .asAny)
        _ = try writer.look(up: whole, for: &join)
    }

    private func applyTogether(
        _ batch: borrowing JobBatch, _ writer: Database.Writer, _ join: inout OrderJoin, _ done: inout UncommittedBatch
    ) throws(Database.Writer.Failure) {
        for index in batch.jobs.indices {
            if join.isPlainCreation(index, in: batch) {
                try writer.insert(index, of: batch)
                done.created()
            } else {
                done.count(try apply(index, of: batch, writer, &join), job: index)
            }
        }
        try writer.finish(batch)
    }

    private func apply(
        _ index: Int, of batch: borrowing JobBatch, _ writer: Database.Writer, _ join: inout OrderJoin
    ) throws(Database.Writer.Failure) -> OrderStep {
        if batch.jobs[index].mark != nil, let repeated = try recordKey(of: index, in: batch, writer, join) {
            return repeated
        }
        let step = join.step(for: batch.jobs[index])
        if step.effect != .none { try writer.carryOut(step.effect, job: index, of: batch) }
        return step
    }

    /// Of an order that a request with an Idempotency-Key creates; not nil when that has created it before. Nothing is
    /// recorded of a request from before the reset: its answer would tell of an order that is gone.
    private func recordKey(
        of index: Int, in batch: borrowing JobBatch, _ writer: Database.Writer, _ join: OrderJoin
    ) throws(Database.Writer.Failure) -> OrderStep? {
        let job = batch.jobs[index]
        guard let mark = batch.mark(of: job), !job.createsOrder(before: join.reset) else { return nil }
        if try writer.record(mark, of: batch) { return nil }
        return .superseded(join.state(of: job.orderID), by: OrderVersion(ofCreation: job.orderID))
    }

    /// Slower by half with SQLite, and a round trip for each job with MariaDB: only for a batch in which a row was
    /// refused.
    private func isolateJobs(
        of batch: borrowing JobBatch, _ writer: Database.Writer, _ join: inout OrderJoin, _ done: inout UncommittedBatch
    ) throws(Database.Writer.Failure) {
        for index in batch.jobs.indices {
            let job = batch.jobs[index]
            let before = join.state(of: job.orderID)
            var step: OrderStep?
            let refusal = try writer.isolate(batch) { () throws(Database.Writer.Failure) in
                step = try apply(index, of: batch, writer, &join)
            }
            if let refusal {
                join.learn(job.orderID, before)
                done.refuse(job, index, reason: "The database refused it: \(try writer.reason(of: refusal))")
            } else if let step {
                done.count(step, job: index)
            }
        }
    }

    private func commit(
        _ result: ApplyResult, _ batch: borrowing JobBatch, _ oldestQueuedMilliseconds: UInt64, _ open: inout Open?
    ) -> Plan.Outcome {
        do throws(Database.Writer.Failure) {
            guard let open else { preconditionFailure("a transaction is open") }
            let highest = open.partition.highest(after: batch, nowMilliseconds: WallClock.nanoseconds() / 1_000_000)
            try open.writer.commit(
                BatchClosing(
                    added: result.created - result.deleted, highest: highest, keys: batch.marks.count,
                    oldestQueuedMilliseconds: oldestQueuedMilliseconds))
            return .committed
        } catch {
            return failed(error, &open)
        }
    }

    private func failed(_ failure: Database.Writer.Failure, _ open: inout Open?) -> Plan.Outcome {
        open = nil
        database.abandonTransaction(after: failure)
        return .failed(failure)
    }
}

extension UncommittedBatch {
    fileprivate mutating func created() {
        hasEffects = true
        result.created += 1
    }

    fileprivate mutating func count(_ step: OrderStep, job: Int) {
        if step.effect != .none { hasEffects = true }
        result.count(step, job: job)
    }

    fileprivate mutating func refuse(_ job: Job, _ index: Int, reason: String) {
        result.rejected += 1
        result.exceptions.append(JobException(job: index, effect: .refused))
        refused.append(RejectedJob(source: job.source, id: job.id, reason: reason, message: job.message))
    }
}
