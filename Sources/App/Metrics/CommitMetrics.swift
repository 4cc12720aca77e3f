import Synchronization

/// What the committer has counted. Told once a transaction.
package final class CommitMetrics: Sendable {
    private let figures = Mutex(CommitFigures())
    private let waitingJobs: Atomic<Int>

    /// - Parameter waiting: jobs that the queue held at the start.
    package init(waiting: Int = 0) { waitingJobs = Atomic(waiting) }

    package func update(_ body: (inout CommitFigures) -> Void) { figures.withLock { body(&$0) } }

    package var reading: CommitFigures { figures.withLock { $0 } }

    // MARK: The backlog

    /// From the committer, before the workers can know of the jobs.
    package func queued(jobs: Int) { waitingJobs.wrappingAdd(jobs, ordering: .relaxed) }

    /// From a worker: applied, or gone in another way.
    package func finished(jobs: Int) { waitingJobs.wrappingSubtract(jobs, ordering: .relaxed) }

    /// Jobs in the queue that are not applied yet.
    ///
    /// Jobs that an operator's command has put into the file aren't counted when they come, only when they go. So the
    /// count is set right whenever nothing waits.
    ///
    /// - Parameter isIdle: the workers have finished all that was announced to them.
    package func backlog(isIdle: Bool) -> Int {
        let count = waitingJobs.load(ordering: .relaxed)
        guard isIdle, count != 0 else { return max(0, count) }
        // Unless it has changed meanwhile.
        _ = waitingJobs.compareExchange(expected: count, desired: 0, ordering: .relaxed)
        return 0
    }
}

/// A copy of what the committer has counted since the start.
package struct CommitFigures: Sendable {
    /// Of each transaction that committed.
    package var microseconds = ValueHistogram(upTo: 60_000_000)
    /// Of each transaction that brought any.
    package var jobs = ValueHistogram(upTo: 1_000_000)
    package var messageJobs = ValueHistogram(upTo: 10_000)
    package var failures: UInt64 = 0
}
