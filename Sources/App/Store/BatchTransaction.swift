import Glibc
import Metrics
import Orders

/// Applies batches to a database, each in one transaction. It is the one algorithm of all stores, and keeps what
/// ``OrderStore`` promises. ``BatchPlan`` decides, and this carries it out.
struct BatchTransaction<Database: BatchDatabase> {
    private typealias Plan = BatchPlan<Database.Retries>

    let database: Database
    /// Counts the retries.
    var metrics: WorkerMetrics?

    func apply(
        _ batch: borrowing JobBatch, partition: Int, forgetting: ForgottenMessages,
        setAside: ([RejectedJob]) throws(StoreError) -> Void
    ) throws(StoreError) -> ApplyResult {
        var plan = Plan(jobCount: batch.jobs.count)
        var step = plan.first
        // The one whose transaction is open. It is let go with the transaction, since its connection may be closed
        // then.
        var writer: Database.Writer?
        while true {
            switch step {
            case .apply(let isolatingJobs):
                step = plan.step(after: attempt(batch, partition, forgetting, isolatingJobs, &writer))
            case .setAside(let jobs):
                do throws(StoreError) {
                    try setAside(jobs)
                } catch {
                    database.abandonTransaction(after: nil)
                    throw error
                }
                step = plan.step(after: .areSetAside)
            case .commit(let result):
                step = plan.step(after: commit(result, batch.marks.count, &writer))
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
        _ batch: borrowing JobBatch, _ partition: Int, _ forgetting: ForgottenMessages, _ isolatingJobs: Bool,
        _ open: inout Database.Writer?
    ) -> Plan.Outcome {
        do throws(Database.Writer.Failure) {
            let writer = try database.connected()
            open = writer
            var done = UncommittedBatch()
            try writer.begin()
            try writer.record(batch, partition: partition)
            try writer.forget(forgetting, partition: partition)
            if isolatingJobs {
                try isolateJobs(of: batch, writer, &done)
            } else {
                try writer.applyTogether(batch, &done.result)
            }
            return .applied(done)
        } catch {
            return failed(error, &open)
        }
    }

    /// Slower by half with SQLite, and a round trip for each job with MariaDB: only for a batch in which a row was
    /// refused.
    private func isolateJobs(
        of batch: borrowing JobBatch, _ writer: Database.Writer, _ done: inout UncommittedBatch
    ) throws(Database.Writer.Failure) {
        for job in batch.jobs {
            if writer.isKnown[job.message] {
                done.result.skipped += 1
            } else if let reason = try writer.applyAlone(job, of: batch, &done.result) {
                done.result.rejected += 1
                done.refused.append(
                    RejectedJob(
                        source: job.source, id: job.id, reason: "The database refused it: \(reason)",
                        message: job.message))
            }
        }
    }

    private func commit(_ result: ApplyResult, _ keyCount: Int, _ open: inout Database.Writer?) -> Plan.Outcome {
        do throws(Database.Writer.Failure) {
            guard let writer = open else { preconditionFailure("a transaction is open") }
            try writer.commit(result, keyCount: keyCount)
            return .committed
        } catch {
            return failed(error, &open)
        }
    }

    private func failed(_ failure: Database.Writer.Failure, _ open: inout Database.Writer?) -> Plan.Outcome {
        open = nil
        database.abandonTransaction(after: failure)
        return .failed(failure)
    }
}
