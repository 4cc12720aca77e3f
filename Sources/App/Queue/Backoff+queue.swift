import Reactor

extension Backoff {
    /// Of a batch that could not be written.
    static let ofBatch = Backoff(firstMilliseconds: 100, longestMilliseconds: 5_000)

    /// Of a session with the broker that could not be begun, or was lost.
    static let ofSession = Backoff(firstMilliseconds: 100, longestMilliseconds: 2_000)
}
