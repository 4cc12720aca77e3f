import Orders

/// What is written on a dead letter, and on a job that was replayed from one.
enum LetterHeader {
    static let reason = "x-spillway-reason"
    static let jobID = "x-spillway-job-id"
    static let attempts = "x-spillway-attempts"
    /// Milliseconds since 1970.
    static let failedAt = "x-spillway-failed-at"
    /// On a job without a version of its own that was replayed: the version that it makes, which follows from the
    /// letter. So a replay that is repeated changes nothing.
    static let version = "x-spillway-version"
    /// The broker's: how often a quorum queue has delivered the message in vain.
    static let deliveryCount = "x-delivery-count"
    /// The broker's: why it has made the message a dead letter itself, the last reason first.
    static let deaths = "x-death"

    static func fields(of letter: DeadLetter) -> [AMQPField] {
        var fields = [
            AMQPField(name: reason, value: .text(letter.reason)),
            AMQPField(name: attempts, value: .integer(Int64(letter.attempts))),
            AMQPField(name: failedAt, value: .integer(letter.failedAtMilliseconds)),
        ]
        if let id = letter.jobID { fields.append(AMQPField(name: jobID, value: .text(id.description))) }
        return fields
    }
}
