import Reactor

/// What the observer looks at besides the loops, and hands on in a snapshot. What the profile doesn't have is nil.
struct ObservedParts: Sendable {
    let identity: MetricsSnapshot.Identity
    let health: Health
    let readers: ReaderPool
    var workers: WorkerMetrics?
    var broker: BrokerMetrics?
    var commits: CommitMetrics?

    func fill(_ snapshot: inout MetricsSnapshot) {
        snapshot.parts = health.parts.map(\.reading)
        snapshot.process = .read()
        snapshot.workers = workers?.reading
        snapshot.broker = broker?.reading(now: snapshot.time)
        snapshot.commits = commits?.reading
        snapshot.waitingReads = readers.waitingCount
        if let hands = snapshot.workers?.hands, commits == nil { snapshot.backlog = Self.backlog(of: hands) }
    }

    private static func backlog(of hands: [WorkerFigures.Hand]) -> MetricsSnapshot.Backlog {
        let now = WallClock.nanoseconds() / 1_000_000
        let oldest = hands.compactMap(\.oldestMilliseconds).min()
        return MetricsSnapshot.Backlog(
            jobs: hands.reduce(0) { $0 + $1.jobs }, oldestMilliseconds: oldest.map { now - min(now, $0) })
    }
}
