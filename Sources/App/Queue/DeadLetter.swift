/// A job that could not be applied, kept until an operator replays or discards it.
struct DeadLetter: Sendable, Equatable {
    /// Given by the queue when the letter is stored, and never to another; 0 before.
    var number: Int64 = 0
    /// nil when the job could not be read so far.
    var jobID: UUID?
    /// The job as it was queued.
    var body: [UInt8]
    /// One sentence for the operator.
    var reason: String
    /// How often it was tried.
    var attempts: Int
    /// Milliseconds since 1970.
    var failedAtMilliseconds: Int64
}
