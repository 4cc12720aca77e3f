import Metrics
import Reactor

/// What the dashboard shows of one snapshot, with rates and latencies of the last seconds: small enough to keep some of
/// them.
struct DashboardFigures: Sendable {
    /// What only rises.
    struct Counters: Sendable {
        var accepted: UInt64
        /// nil without workers.
        var applied: UInt64?
        var requests: UInt64
        var shed: UInt64
        /// By ``CacheLevel``: orders and pages.
        var reads: [UInt64]
        /// Microseconds.
        var latencies: ValueHistogram
        /// Milliseconds; nil without workers.
        var ages: ValueHistogram?
    }

    let time: Deadline
    let counters: Counters

    init(_ snapshot: MetricsSnapshot) {
        time = snapshot.time
        let latencies = snapshot.latencies
        counters = Counters(
            accepted: snapshot.acceptedOrders, applied: snapshot.appliedJobs, requests: latencies.count,
            shed: snapshot.shedRequests,
            reads: CacheLevel.allCases.map { snapshot.total.orderReads[$0] &+ snapshot.total.listReads[$0] },
            latencies: latencies, ages: snapshot.ages)
    }

    /// How much `counter` has risen a second since `earlier`; nil when that was no time ago, or it counts nothing here.
    func rate(since earlier: DashboardFigures, _ counter: (Counters) -> UInt64?) -> Double? {
        guard time > earlier.time, let after = counter(counters), let before = counter(earlier.counters) else {
            return nil
        }
        return Double(after &- before) * 1e9 / Double(time.nanoseconds - earlier.time.nanoseconds)
    }

    /// Milliseconds that so large a share of the requests since `earlier` didn't exceed; nil when there were none.
    func requestLatencies(since earlier: DashboardFigures, shares: [Double]) -> [Double?] {
        let recent = counters.latencies.since(earlier.counters.latencies)
        return shares.map { share in recent.value(atShare: share).map { Double($0) / 1_000 } }
    }

    /// The same of the time from a job's acceptance to its being applied.
    func ages(since earlier: DashboardFigures, shares: [Double]) -> [Double?] {
        guard let after = counters.ages, let before = earlier.counters.ages else { return shares.map { _ in nil } }
        let recent = after.since(before)
        return shares.map { share in recent.value(atShare: share).map { Double($0) } }
    }
}
