public import Reactor

/// What one event loop counts. On the loop's thread alone, so plain integers do.
///
/// Answers of a turn that belong together (of one route and status, to requests that came in one turn) are counted as
/// one run, and go into the histograms when the turn ends: so an answer costs a comparison, and no clock is read for
/// it.
///
/// Public, though nobody outside the package can import this module: so ``answered(beganMicroseconds:route:status:)``
/// is inlined into the API, which calls it for each request.
public final class LoopMetrics: TurnObserver {
    /// A turn that takes longer is a stall: everybody else on the loop has waited for it.
    static let stallNanoseconds: UInt64 = 50_000_000

    /// Answers that have their ``Key`` in common.
    @usableFromInline struct Run {
        @usableFromInline var key: UInt64
        @usableFromInline var count: UInt64
    }

    /// What a run's answers have in common: when their requests began (microseconds, of which 32 bits remain), route,
    /// status.
    private enum Key {
        static func began(_ key: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: key >> 32) }

        static func route(_ key: UInt64) -> RouteLabel { RouteLabel(number: UInt8(truncatingIfNeeded: key >> 8)) }

        static func status(_ key: UInt64) -> HTTPStatus { HTTPStatus.allCases[Int(key & 0xFF)] }
    }

    // What is counted for each request has a property of its own here; the rest is in `figures`.
    @usableFromInline var run = Run(key: 0, count: 0)
    private var orderReads = CacheReads()
    private var listReads = CacheReads()
    /// Those before ``run`` in this turn.
    private var runs: [Run] = []
    private var figures: LoopFigures
    private var longestTurn = RecentMaximum()

    /// `routeNames` has a name for every ``RouteLabel/number`` that a token will bear.
    package init(routeNames: [String]) { figures = LoopFigures(routeNames: routeNames) }

    /// An answer was given, which leaves at the end of this turn. Makes the ``Key`` that the run is known by.
    ///
    /// - Parameters:
    ///   - beganMicroseconds: when the request began, as its token has it.
    ///   - route: the ``RouteLabel/number`` of the request.
    ///   - status: the ordinal of the answer's status.
    @inlinable public func answered(beganMicroseconds: UInt32, route: UInt8, status: Int) {
        let key = UInt64(beganMicroseconds) << 32 | UInt64(route) << 8 | UInt64(truncatingIfNeeded: status)
        guard run.key != key else {
            run.count &+= 1
            return
        }
        begin(key)
    }

    @inline(never) @usableFromInline
    func begin(_ key: UInt64) {
        if run.count > 0 { runs.append(run) }
        run = Run(key: key, count: 1)
    }

    package func shed(_ reason: ShedReason) { figures.shed[Int(reason.rawValue)] &+= 1 }

    package func readOrder(from level: CacheLevel) {
        switch level {
        case .pending: orderReads.pending &+= 1
        case .cached: orderReads.cached &+= 1
        case .database: orderReads.database &+= 1
        }
    }

    package func readList(from level: CacheLevel) {
        switch level {
        case .pending: listReads.pending &+= 1
        case .cached: listReads.cached &+= 1
        case .database: listReads.database &+= 1
        }
    }

    package func settled(_ writes: WriteCounts) { figures.writes.add(writes) }

    package func turnEnded(began: Deadline, ended: Deadline) {
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
        // Microseconds of 32 bits come round after 71 minutes; no request takes as long.
        let microseconds = UInt64(now &- Key.began(run.key))
        figures.routes[Int(Key.route(run.key).number)].record(
            Key.status(run.key), microseconds: microseconds, times: run.count)
    }

    /// A copy of all that was counted, without what only others know: connections, writes in flight.
    package func reading(now: Deadline) -> LoopFigures {
        var copy = figures
        copy.orderReads = orderReads
        copy.listReads = listReads
        copy.longestTurnNanoseconds = longestTurn.value(now: now)
        return copy
    }
}

@available(*, unavailable)
extension LoopMetrics: Sendable {}
