/// Limits of the publisher. Nobody waits longer than ``waitMilliseconds`` and ``confirmMilliseconds`` together.
struct PublisherSettings: Sendable {
    /// A job that was not written after so long is refused.
    var waitMilliseconds = 1_400
    /// After so long without the broker's answer a job's outcome is unknown, and the connection is given up.
    var confirmMilliseconds = 2_500
    /// While so many messages are unconfirmed no more are sent, but for what is packed already: what comes in the meantime
    /// gathers into larger messages.
    var windowMessages: Int
    var windowBytes = 4 << 20
    var connection = AMQPSettings(callMilliseconds: 2_000)

    /// Small messages need a wider window to keep the broker busy.
    init(jobsPerMessage: Int) { windowMessages = max(8, 1024 / jobsPerMessage) }
}
