/// Limits of the publisher. Nobody waits longer than ``waitMilliseconds`` and ``confirmMilliseconds`` together.
package struct PublisherSettings: Sendable {
    /// A job that was not written after so long is refused.
    var waitMilliseconds = 1_400
    /// After so long without the broker's answer a job's outcome is unknown, and the connection is given up.
    var confirmMilliseconds = 2_500
    /// While so many messages, jobs or bytes are unconfirmed no more are sent, but for what is packed already: what
    /// comes in the meantime gathers into larger messages, and their number is most of the broker's work.
    var windowMessages: Int
    var windowJobs: Int
    var windowBytes = 4 << 20
    package var connection = AMQPSettings(callMilliseconds: 2_000)

    /// While messages are small, several on their way at once shorten the wait for the broker's disk; a large one is
    /// waited for. Where messages may not grow, only many at once keep the broker busy.
    package init(jobsPerMessage: Int) {
        windowMessages = max(8, 1024 / jobsPerMessage)
        windowJobs = jobsPerMessage < 64 ? .max : 64
    }

    /// Whether more may be sent while so much is unconfirmed.
    func admitsMore(than messages: Int, jobs: Int, bytes: Int) -> Bool {
        messages < windowMessages && jobs < windowJobs && bytes < windowBytes
    }
}
