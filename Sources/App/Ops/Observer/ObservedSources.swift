import Cache
import Health
import Metrics
import Reactor

/// What the observer looks at besides the loops, and what it puts into a snapshot. What the profile doesn't have is
/// nil.
struct ObservedSources: Sendable {
    let identity: MetricsSnapshot.Identity
    let health: Health
    let readers: ReaderPool
    var workers: WorkerMetrics?
    var broker: BrokerMetrics?
    var commits: CommitMetrics?

    func fill(_ snapshot: inout MetricsSnapshot) {
        snapshot.dependencies = health.dependencies.map(\.reading)
        snapshot.process = .read()
        snapshot.workers = workers?.reading
        snapshot.broker = broker?.reading(now: snapshot.time)
        snapshot.commits = commits?.reading
        snapshot.waitingReads = readers.waitingCount
        if let unacknowledged = snapshot.workers?.unacknowledged, commits == nil {
            snapshot.backlog = Self.backlog(of: unacknowledged)
        }
    }

    private static func backlog(of unacknowledged: [WorkerFigures.Unacknowledged]) -> MetricsSnapshot.Backlog {
        let now = WallClock.nanoseconds() / 1_000_000
        let oldest = unacknowledged.compactMap(\.oldestMilliseconds).min()
        return MetricsSnapshot.Backlog(
            jobs: unacknowledged.reduce(0) { $0 + $1.jobs }, oldestMilliseconds: oldest.map { now - min(now, $0) })
    }
}
