import Reactor

/// The largest value of the last one to two minutes: whoever asks, however often, sees a peak for a minute at least.
struct RecentMaximum: Equatable, Sendable {
    static let windowMilliseconds = 60_000

    private var windowEnds = Deadline(nanoseconds: 0)
    private var current: UInt64 = 0
    private var previous: UInt64 = 0

    mutating func record(_ value: UInt64, now: Deadline) {
        rotate(now)
        if value > current { current = value }
    }

    mutating func value(now: Deadline) -> UInt64 {
        rotate(now)
        return max(current, previous)
    }

    private mutating func rotate(_ now: Deadline) {
        guard now >= windowEnds else { return }
        // After a whole window without a call the one before is too old as well.
        let isRecent = windowEnds.advanced(byMilliseconds: Self.windowMilliseconds) > now
        previous = isRecent ? current : 0
        current = 0
        windowEnds = now.advanced(byMilliseconds: Self.windowMilliseconds)
    }
}
