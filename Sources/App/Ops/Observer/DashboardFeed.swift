import Glibc
import Health
import Metrics
import Reactor

/// What the observer does for those who look at the dashboard: an event a second, each encoded once. It remembers the
/// figures of the last ten seconds, and nothing when nobody looks.
struct DashboardFeed {
    static let intervalMilliseconds = 1_000
    /// Latencies are those of so many events: of one alone they would jump.
    static let latencyEvents = 10

    private var recent: [DashboardFigures] = []
    /// When the next event is due; `.never` while nobody looks.
    private(set) var due = Deadline.never
    private let host = Self.hostName()

    /// Somebody looks, or nobody does any more.
    mutating func watched(_ isWatched: Bool, now: Deadline) {
        if !isWatched {
            due = .never
            recent.removeAll()
        } else if due == .never {
            due = now
        }
    }

    /// The event that was due.
    mutating func event(_ snapshot: MetricsSnapshot, dependencies: [DependencyState], isDraining: Bool)
        -> DashboardEvent
    {
        let figures = DashboardFigures(snapshot)
        var encoder = DashboardEncoder()
        encoder.append(
            figures, since: recent.last, latenciesSince: recent.first, of: snapshot, dependencies: dependencies,
            isDraining: isDraining,
            host: host, millisecondsSince1970: WallClock.milliseconds())
        if recent.count == Self.latencyEvents { recent.removeFirst() }
        recent.append(figures)
        // Not one after the other when the observer was held up.
        due = max(due.advanced(byMilliseconds: Self.intervalMilliseconds), snapshot.time)
        return DashboardEvent(time: snapshot.time, bytes: encoder.event)
    }

    private static func hostName() -> String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "unknown" }
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
