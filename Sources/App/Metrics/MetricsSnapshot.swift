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

    let time: Deadline
    var loops: [Loop]
    /// Of all loops.
    var total: LoopFigures

    init(time: Deadline, loops: [Loop]) {
        self.time = time
        self.loops = loops
        total = loops.reduce(into: LoopFigures()) { $0.add($1.figures) }
    }

    /// Writes that were accepted: created, changed and deleted orders.
    var acceptedOrders: UInt64 { total.writes.accepted }

    /// Microseconds, of all routes.
    var latencies: ValueHistogram { total.allLatencies }

    var shedRequests: UInt64 { total.shed.reduce(0, &+) }

    var connections: Int { total.connections }
}
