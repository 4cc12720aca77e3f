/// How long to wait before the next attempt to connect: 100 ms, doubled up to 2 s, less up to a half at random, so that many
/// processes don't come all at once.
struct ReconnectDelay {
    static let firstMilliseconds = 100
    static let lastMilliseconds = 2_000

    private var next = Self.firstMilliseconds

    mutating func nextMilliseconds() -> Int {
        let delay = next
        next = min(2 * next, Self.lastMilliseconds)
        return Int.random(in: delay / 2...delay)
    }

    /// The last attempt went well.
    mutating func reset() { next = Self.firstMilliseconds }
}
