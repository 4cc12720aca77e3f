import Reactor

@testable import App
@testable import Health
@testable import Metrics

enum DashboardFixtures {
    static let identity = MetricsSnapshot.Identity(version: "1.2.3", mode: "embedded", startedAtMilliseconds: 5_000)

    /// `seconds` after some moment, of one loop.
    static func snapshot(
        seconds: Double, isStalled: Bool = false,
        _ change: (inout LoopFigures, inout WorkerFigures) -> Void = { _, _ in }
    ) -> MetricsSnapshot {
        var (loop, workers) = (LoopFigures(routeNames: ["POST /x", "GET /x"]), WorkerFigures(workers: 1))
        change(&loop, &workers)
        var snapshot = MetricsSnapshot(
            time: Deadline(nanoseconds: 1_000_000_000_000 + UInt64(seconds * 1e9)), identity: identity,
            loops: [MetricsSnapshot.Loop(mailboxDepth: 0, isStalled: isStalled, figures: loop)])
        snapshot.workers = workers
        snapshot.commits = CommitFigures()
        snapshot.backlog = MetricsSnapshot.Backlog(jobs: 12, oldestMilliseconds: 345)
        return snapshot
    }

    static func part(
        _ dependency: Health.Dependency, _ state: DependencyState.State, since: Int64 = 1, error: String? = nil,
        at: Int64? = nil
    ) -> DependencyState {
        DependencyState(
            dependency: dependency, state: state, sinceMilliseconds: since, lastError: error, lastErrorMilliseconds: at,
            reason: nil
        )
    }

    static func event(
        _ snapshot: MetricsSnapshot, since previous: MetricsSnapshot? = nil, dependencies: [DependencyState] = [],
        isDraining: Bool = false, host: String = "here"
    ) -> String {
        let before = previous.map { DashboardFigures($0) }
        var encoder = DashboardEncoder()
        encoder.append(
            DashboardFigures(snapshot), since: before, latenciesSince: before, of: snapshot, dependencies: dependencies,
            isDraining: isDraining, host: host, millisecondsSince1970: 1_700_000_000_123)
        return String(decoding: encoder.event, as: UTF8.self)
    }
}
