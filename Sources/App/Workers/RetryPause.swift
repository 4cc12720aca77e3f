/// The pause before something that failed is tried again: doubled each time, up to a longest one.
struct RetryPause: Equatable, Sendable {
    private let firstMilliseconds: Int
    private let longestMilliseconds: Int
    private var nextMilliseconds: Int

    /// Of a worker whose batch could not be written.
    static let ofBatch = RetryPause(firstMilliseconds: 100, longestMilliseconds: 5_000)

    /// Of a session with the broker that could not be begun, or was lost.
    static let ofSession = RetryPause(firstMilliseconds: 100, longestMilliseconds: 2_000)

    init(firstMilliseconds: Int, longestMilliseconds: Int) {
        self.firstMilliseconds = firstMilliseconds
        self.longestMilliseconds = longestMilliseconds
        nextMilliseconds = firstMilliseconds
    }

    mutating func next() -> Int {
        defer { nextMilliseconds = min(2 * nextMilliseconds, longestMilliseconds) }
        return nextMilliseconds
    }

    /// Between half of the next pause and all of it, so that many who lost the same server don't come back at once.
    mutating func nextJittered() -> Int {
        let whole = next()
        return Int.random(in: whole / 2...whole)
    }

    /// It worked.
    mutating func reset() { nextMilliseconds = firstMilliseconds }
}
