import Metrics
import Orders
package import Queue
import Reactor
package import Store

extension WorkerMetrics {
    /// A batch was applied just now.
    package func applied(_ batch: borrowing WorkBatch, _ result: ApplyResult) {
        let jobs = batch.jobs.jobs.count
        update { figures in
            figures.created &+= UInt64(result.created)
            figures.updated &+= UInt64(result.updated)
            figures.deleted &+= UInt64(result.deleted)
            figures.unchanged &+= UInt64(result.skipped)
            figures.rejected &+= UInt64(result.rejected)
            guard jobs > 0 else { return }
            figures.batchJobs.record(UInt64(jobs))
            // All of them delivered again: they were applied long ago.
            guard result.skipped < jobs else { return }
            Self.recordAges(of: batch, hasRejected: result.rejected > 0, in: &figures.ages)
        }
    }

    private static func recordAges(
        of batch: borrowing WorkBatch, hasRejected: Bool, in ages: inout ValueHistogram
    ) {
        let now = WallClock.nanoseconds() / 1_000_000
        // Neighbours were often queued in the same millisecond.
        var (enqueuedAt, count): (UInt64, UInt64) = (0, 0)
        for (index, job) in batch.jobs.jobs.enumerated() {
            if hasRejected, batch.isRefused(index) { continue }
            if job.enqueuedAtMilliseconds != enqueuedAt {
                record(enqueuedAt, count, now, in: &ages)
                (enqueuedAt, count) = (job.enqueuedAtMilliseconds, 0)
            }
            count += 1
        }
        record(enqueuedAt, count, now, in: &ages)
    }

    /// Records nothing for jobs that don't say when they were queued.
    private static func record(
        _ enqueuedAt: UInt64, _ count: UInt64, _ now: UInt64, in ages: inout ValueHistogram
    ) {
        // Clocks of instances differ: nothing is younger than now.
        if enqueuedAt > 0 && count > 0 { ages.record(now - min(now, enqueuedAt), times: count) }
    }
}
