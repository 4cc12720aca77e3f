import Synchronization

/// What the workers of the process have counted; one for all of them. The lock is taken once a batch or so.
package final class WorkerMetrics: Sendable {
    private let figures: Mutex<WorkerFigures>

    package init(workers count: Int = 1) { figures = Mutex(WorkerFigures(workers: count)) }

    /// From any worker. `body` must be short.
    package func update(_ body: (inout WorkerFigures) -> Void) { figures.withLock { body(&$0) } }

    package var reading: WorkerFigures { figures.withLock { $0 } }
}

/// A copy of what the workers have counted since the start.
package struct WorkerFigures: Sendable {
    /// What is tried again for ever when it fails.
    package enum Retried: Int, CaseIterable, Sendable {
        /// Reading jobs, or setting them aside.
        case delivery
        /// The transaction.
        case database
    }

    /// What one worker has taken from the queue and not applied yet.
    package struct Unacknowledged: Equatable, Sendable {
        package var jobs: Int
        /// By the ids of their messages, since 1970; nil when there is none, or where ids don't tell.
        package var oldestMilliseconds: UInt64?

        package init(jobs: Int = 0, oldestMilliseconds: UInt64? = nil) {
            self.jobs = jobs
            self.oldestMilliseconds = oldestMilliseconds
        }
    }

    // Jobs, by what became of them.
    package var created: UInt64 = 0
    package var updated: UInt64 = 0
    package var deleted: UInt64 = 0
    /// Delivered again, or nothing to change.
    package var unchanged: UInt64 = 0
    /// Refused by the database, and set aside.
    package var rejected: UInt64 = 0

    /// All jobs that were set aside, unreadable ones too.
    package var deadLetters: UInt64 = 0
    /// Jobs of each transaction.
    package var batchJobs = ValueHistogram(upTo: 1_000_000)
    /// Milliseconds from a job's `enqueued_at` to the commit.
    package var ages = ValueHistogram(upTo: 24 * 3600 * 1000)
    package var retries = [UInt64](repeating: 0, count: Retried.allCases.count)
    /// By worker.
    package var unacknowledged: [Unacknowledged]

    package init(workers count: Int) { unacknowledged = Array(repeating: Unacknowledged(), count: count) }

    /// Jobs that left the queue by a transaction, whatever it did with them.
    package var appliedJobs: UInt64 { created &+ updated &+ deleted &+ unchanged &+ rejected }

    package mutating func retried(_ what: Retried) { retries[what.rawValue] &+= 1 }
}
