import Reactor

/// All that is known of the process at one moment. What the profile doesn't have is nil.
///
/// Counters only rise, so a rate is the difference of two snapshots over that of their times.
struct MetricsSnapshot: Sendable {
    /// One event loop.
    struct Loop: Sendable {
        /// Messages that it had not taken when it was asked.
        var mailboxDepth: Int
        /// It has not answered within a second. Its figures are those of its last answer then.
        var isStalled: Bool
        var figures: LoopFigures
    }

    /// What never changes.
    struct Identity: Sendable {
        var version: String
        /// embedded, cluster or api.
        var mode: String
        /// Since 1970.
        var startedAtMilliseconds: UInt64
    }

    /// Jobs that wait to be applied, as far as this process knows.
    struct Backlog: Equatable, Sendable {
        /// Embedded: all of them. On the cluster: those that the broker has delivered to the workers of this process.
        var jobs: Int
        /// How long the oldest of them has waited; nil when none waits or nothing tells.
        var oldestMilliseconds: UInt64?
    }

    let time: Deadline
    let identity: Identity
    var loops: [Loop]
    /// Of all loops.
    var total: LoopFigures
    var dependencies: [DependencyReading] = []
    var process = ProcessFigures()
    /// nil without workers.
    var workers: WorkerFigures?
    /// nil without workers.
    var backlog: Backlog?
    /// nil where it is embedded.
    var broker: BrokerFigures?
    /// nil on the cluster.
    var commits: CommitFigures?
    /// Reads that wait for a thread which reads the database.
    var waitingReads = 0

    init(time: Deadline, identity: Identity, loops: [Loop]) {
        self.time = time
        self.identity = identity
        self.loops = loops
        total = loops.reduce(into: LoopFigures()) { $0.add($1.figures) }
    }

    /// Writes that were accepted: created, changed and deleted orders.
    var acceptedOrders: UInt64 { total.writes.accepted }

    /// nil without workers.
    var appliedJobs: UInt64? { workers?.appliedJobs }

    /// Milliseconds from a job's `enqueued_at` to its commit; nil without workers.
    var ages: ValueHistogram? { workers?.ages }

    /// nil without workers.
    var deadLetters: UInt64? { workers?.deadLetters }

    /// Microseconds, of all routes.
    var latencies: ValueHistogram { total.allLatencies }

    var shedRequests: UInt64 { total.shed.reduce(0, &+) }

    var connections: Int { total.connections }
}
