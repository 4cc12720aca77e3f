import Reactor

extension WorkerMetrics {
    /// A batch was applied just now.
    func applied(_ batch: borrowing WorkBatch, _ result: ApplyResult) {
        let now = WallClock.nanoseconds() / 1_000_000
        let rejected = result.rejected
        let jobs = batch.jobs.jobs
        // All of them delivered again: they were applied long ago.
        let isNews = result.skipped < jobs.count
        let ages = isNews ? Self.ages(of: batch, now: now, hasRejected: rejected > 0) : []
        update { figures in
            figures.created &+= UInt64(result.created)
            figures.updated &+= UInt64(result.updated)
            figures.deleted &+= UInt64(result.deleted)
            figures.unchanged &+= UInt64(result.skipped)
            figures.rejected &+= UInt64(rejected)
            if !jobs.isEmpty { figures.batchJobs.record(UInt64(jobs.count)) }
            for run in ages { figures.ages.record(run.milliseconds, times: run.jobs) }
        }
    }

    /// Neighbours were often queued in the same millisecond.
    private static func ages(
        of batch: borrowing WorkBatch, now: UInt64, hasRejected: Bool
    ) -> [(milliseconds: UInt64, jobs: UInt64)] {
        var runs: [(milliseconds: UInt64, jobs: UInt64)] = []
        var enqueuedAt: UInt64 = 0
        for job in batch.jobs.jobs where job.enqueuedAtMilliseconds > 0 {
            if hasRejected, case .rejected = batch.outcome(of: job) { continue }
            if job.enqueuedAtMilliseconds == enqueuedAt {
                runs[runs.count - 1].jobs += 1
                continue
            }
            enqueuedAt = job.enqueuedAtMilliseconds
            // Clocks of instances differ: nothing is younger than now.
            runs.append((now - min(now, enqueuedAt), 1))
        }
        return runs
    }
}
