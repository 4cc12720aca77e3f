/// How long to wait before something that failed is tried again: twice as long each time, up to a limit.
package struct Backoff: Equatable, Sendable {
    private let first: Int
    private let longest: Int
    private var current: Int

    package init(firstMilliseconds: Int, longestMilliseconds: Int) {
        precondition(firstMilliseconds > 0 && firstMilliseconds <= longestMilliseconds)
        first = firstMilliseconds
        longest = longestMilliseconds
        current = firstMilliseconds
    }

    /// The whole step, in milliseconds: for one who is alone with what failed.
    package mutating func next() -> Int {
        let step = current
        current = min(longest, current * 2)
        return step
    }

    /// Between half of the step and all of it, so that those who lost one server don't come back in one moment.
    package mutating func nextJittered(using random: inout some RandomNumberGenerator) -> Int {
        let step = next()
        return Int.random(in: (step + 1) / 2...step, using: &random)
    }

    package mutating func nextJittered() -> Int {
        var random = SystemRandomNumberGenerator()
        return nextJittered(using: &random)
    }

    /// Begins anew with the first step, after an attempt that succeeded.
    package mutating func reset() { current = first }
}
