import Reactor

/// What one event loop counts. On the loop's thread alone, so plain integers do.
///
/// Answers of a turn that belong together (of one route and status, to requests that came in one turn) are counted as one
/// run, and go into the histograms when the turn ends: so an answer costs a few comparisons, and no clock is read for it.
final class LoopMetrics: TurnObserver {
    /// A turn that takes longer is a stall: everybody else on the loop has waited for it.
    static let stallNanoseconds: UInt64 = 50_000_000

    private struct Run {
        var began: UInt32 = 0
        var route = RouteLabel.unreadable
        var status = HTTPStatus.ok
        var count: UInt64 = 0
    }

    private var figures = LoopFigures()
    private var longestTurn = RecentMaximum()
    /// The run that answers are being added to, and those before it in this turn.
    private var run = Run()
    private var runs: [Run] = []

    /// An answer was given to the request that `token` names; it leaves at the end of this turn.
    func answered(_ token: ResponseToken, _ status: HTTPStatus) {
        if run.began == token.beganMicroseconds && run.route.rawValue == token.kind && run.status == status {
            run.count &+= 1
            return
        }
        if run.count > 0 { runs.append(run) }
        run = Run(
            began: token.beganMicroseconds, route: RouteLabel(rawValue: token.kind) ?? .unreadable, status: status,
            count: 1)
    }

    func shed(_ reason: ShedReason) { figures.shed[Int(reason.rawValue)] &+= 1 }

    func readOrder(from level: CacheLevel) {
        switch level {
        case .pending: figures.orderReads.pending &+= 1
        case .cached: figures.orderReads.cached &+= 1
        case .database: figures.orderReads.database &+= 1
        }
    }

    func readList(from level: CacheLevel) {
        switch level {
        case .pending: figures.listReads.pending &+= 1
        case .cached: figures.listReads.cached &+= 1
        case .database: figures.listReads.database &+= 1
        }
    }

    func settled(_ writes: WriteCounts) { figures.writes.add(writes) }

    func turnEnded(began: Deadline, ended: Deadline) {
        let duration = ended.nanoseconds &- began.nanoseconds
        longestTurn.record(duration, now: ended)
        if duration > Self.stallNanoseconds { figures.stalledNanoseconds &+= duration }
        if run.count > 0 { recordRuns(ended) }
    }

    private func recordRuns(_ now: Deadline) {
        let nowMicroseconds = UInt32(truncatingIfNeeded: now.nanoseconds / 1_000)
        record(run, nowMicroseconds)
        run.count = 0
        guard !runs.isEmpty else { return }
        for run in runs { record(run, nowMicroseconds) }
        runs.removeAll(keepingCapacity: true)
    }

    private func record(_ run: Run, _ now: UInt32) {
        figures.answers[run.route, run.status] &+= run.count
        // Microseconds of 32 bits come round after 71 minutes; no request takes as long.
        figures.latencies[Int(run.route.rawValue)].record(UInt64(now &- run.began), times: run.count)
    }

    /// A copy of all that was counted, without what only others know: connections, writes in flight.
    func reading(now: Deadline) -> LoopFigures {
        var copy = figures
        copy.longestTurnNanoseconds = longestTurn.value(now: now)
        return copy
    }
}

@available(*, unavailable)
extension LoopMetrics: Sendable {}
