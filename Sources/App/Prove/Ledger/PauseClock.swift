/// The longest time without an accepted write, from the start of the load to its end. In milliseconds since the start.
struct PauseClock: Sendable {
    private var last = 0
    private var hasEnded = false
    private(set) var longest = 0

    mutating func accepted(at now: Int) {
        guard !hasEnded else { return }
        longest = max(longest, now - last)
        last = max(last, now)
    }

    /// What is accepted later doesn't count.
    mutating func end(at now: Int) {
        accepted(at: now)
        hasEnded = true
    }
}
