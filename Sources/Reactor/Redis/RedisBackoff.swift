/// How long to wait before the next attempt: twice as long each time, up to a limit, and never the same for two clients.
struct RedisBackoff {
    private let first: Int
    private let longest: Int
    private var current: Int

    init(firstMilliseconds: Int, longestMilliseconds: Int) {
        precondition(firstMilliseconds > 0 && firstMilliseconds <= longestMilliseconds)
        first = firstMilliseconds
        longest = longestMilliseconds
        current = firstMilliseconds
    }

    /// Between half of the step and all of it, so that clients which lost one server don't come back in one moment.
    mutating func nextMilliseconds(using random: inout some RandomNumberGenerator) -> Int {
        let step = current
        current = min(longest, current * 2)
        return Int.random(in: (step + 1) / 2...step, using: &random)
    }

    mutating func reset() { current = first }
}
