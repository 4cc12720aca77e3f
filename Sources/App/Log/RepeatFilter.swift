import Logging
import Reactor

/// Keeps a message that comes again and again from filling the log: in each window of some seconds it is written when
/// it comes first, and its newest repeat, with the number of those between, at the end. Nothing that is true at the end
/// is lost.
///
/// Pure: it is told the time. Messages are told apart by their place in the source and their text, not by their
/// metadata.
struct RepeatFilter {
    static let windowMilliseconds = 5_000
    /// Kinds of messages that are counted; more in one window are written without limit.
    static let capacity = 256

    private struct Repeats {
        var newest: LogEntry?
        var count = 0
        /// When the newest came, among all.
        var arrival = 0
    }

    private var seen: [LogEntry.Kind: Repeats] = [:]
    private var arrivals = 0
    /// When there may be something to write although nothing comes.
    private(set) var windowEnd = Deadline.never

    /// What is to be written now, in this order, that `entry` has come.
    mutating func admit(_ entry: LogEntry, now: Deadline) -> [LogEntry] {
        let due = expire(now)
        guard Self.isLimited(entry.level) else { return due + [entry] }
        guard seen[entry.kind] != nil else {
            if seen.count < Self.capacity { seen[entry.kind] = Repeats() }
            if windowEnd == .never { windowEnd = now.advanced(byMilliseconds: Self.windowMilliseconds) }
            return due + [entry]
        }
        arrivals += 1
        seen[entry.kind]?.newest = entry
        seen[entry.kind]?.count += 1
        seen[entry.kind]?.arrival = arrivals
        return due
    }

    /// What is to be written at the end of the window, when that has come. What was repeated is counted on in the next
    /// one.
    mutating func expire(_ now: Deadline) -> [LogEntry] {
        guard now >= windowEnd else { return [] }
        let due = finish()
        windowEnd = due.isEmpty ? .never : now.advanced(byMilliseconds: Self.windowMilliseconds)
        for entry in due { seen[entry.kind] = Repeats() }
        return due
    }

    /// What is left to be written.
    mutating func finish() -> [LogEntry] {
        defer { seen.removeAll() }
        return seen.values.sorted { $0.arrival < $1.arrival }.compactMap { repeats in
            repeats.newest.map { newest in
                var entry = newest
                // One of them is this one.
                entry.suppressed = repeats.count - 1
                return entry
            }
        }
    }

    /// What is critical comes once, before an end; and who asks for more than what is worth a notice wants every line.
    private static func isLimited(_ level: Logger.Level) -> Bool {
        switch level {
        case .notice, .warning, .error: true
        case .trace, .debug, .info, .critical: false
        }
    }
}
