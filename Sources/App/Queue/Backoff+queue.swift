package import Reactor

extension Backoff {
    /// Pauses before a batch that could not be written is tried again.
    package static let ofBatch = Backoff(firstMilliseconds: 100, longestMilliseconds: 5_000)

    /// Pauses before the next session with the broker, when one could not be begun or was lost.
    package static let ofSession = Backoff(firstMilliseconds: 100, longestMilliseconds: 2_000)
}
