package import Reactor

/// All that is known of the process at one moment. What the profile doesn't have is nil.
///
/// Counters only rise, so a rate is the difference of two snapshots over that of their times.
package struct MetricsSnapshot: Sendable {
    /// One event loop.
    package struct Loop: Sendable {
        /// Messages that it had not taken when it was asked.
        package var mailboxDepth: Int
        /// It has not answered within a second. Its figures are those of its last answer then.
        package var isStalled: Bool
        package var figures: LoopFigures

        package init(mailboxDepth: Int, isStalled: Bool, figures: LoopFigures) {
            self.mailboxDepth = mailboxDepth
            self.isStalled = isStalled
            self.figures = figures
        }
    }

    /// What never changes.
    package struct Identity: Sendable {
        package var version: String
        /// embedded, cluster or api.
        package var mode: String
        /// Since 1970.
        package var startedAtMilliseconds: UInt64

        package init(version: String, mode: String, startedAtMilliseconds: UInt64) {
            self.version = version
            self.mode = mode
            self.startedAtMilliseconds = startedAtMilliseconds
        }
    }

    /// Jobs that wait to be applied, as far as this process knows.
    package struct Backlog: Equatable, Sendable {
        /// Embedded: all of them. On the cluster: those that the broker has delivered to the workers of this process.
        package var jobs: Int
        /// How long the oldest of them has waited; nil when none waits or nothing tells.
        package var oldestMilliseconds: UInt64?

        package init(jobs: Int, oldestMilliseconds: UInt64? = nil) {
            self.jobs = jobs
            self.oldestMilliseconds = oldestMilliseconds
        }
    }

    package let time: Deadline
    package let identity: Identity
    package var loops: [Loop]
    /// Of all loops.
    package var total: LoopFigures
    package var dependencies: [DependencyReading] = []
    package var process = ProcessFigures()
    /// nil without workers.
    package var workers: WorkerFigures?
    /// nil without workers.
    package var backlog: Backlog?
    /// nil where it is embedded.
    package var broker: BrokerFigures?
    /// nil on the cluster.
    package var commits: CommitFigures?
    /// Reads that wait for a thread which reads the database.
    package var waitingReads = 0

    package init(time: Deadline, identity: Identity, loops: [Loop]) {
        self.time = time
        self.identity = identity
        self.loops = loops
        total = loops.reduce(into: LoopFigures()) { $0.add($1.figures) }
    }

    /// Writes that were accepted: created, changed and deleted orders.
    package var acceptedOrders: UInt64 { total.writes.accepted }

    /// nil without workers.
    package var appliedJobs: UInt64? { workers?.appliedJobs }

    /// Milliseconds from a job's `enqueued_at` to its commit; nil without workers.
    package var ages: ValueHistogram? { workers?.ages }

    /// nil without workers.
    package var deadLetters: UInt64? { workers?.deadLetters }

    /// Microseconds, of all routes.
    package var latencies: ValueHistogram { total.allLatencies }

    package var shedRequests: UInt64 { total.shed.reduce(0, &+) }

    package var connections: Int { total.connections }
}
