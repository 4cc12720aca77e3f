/// Which URL the next request of a client goes to: one after the other. One that stood still is left out for a while.
///
/// Times are milliseconds of one clock.
struct URLRotation: Sendable {
    /// Otherwise one frozen instance would hold up every second request.
    static let leaveOutMilliseconds = 5_000

    private var leftOutUntil: [Int]
    private var last: Int

    init(count: Int, startingAt first: Int) {
        precondition(count > 0)
        leftOutUntil = Array(repeating: 0, count: count)
        last = first
    }

    mutating func next(at now: Int) -> Int {
        for step in 1...leftOutUntil.count {
            let candidate = (last + step) % leftOutUntil.count
            if leftOutUntil[candidate] <= now {
                last = candidate
                return candidate
            }
        }
        last = (last + 1) % leftOutUntil.count
        return last
    }

    mutating func timedOut(_ url: Int, at now: Int) { leftOutUntil[url] = now + Self.leaveOutMilliseconds }
}
