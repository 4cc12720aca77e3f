package import Orders

/// A job that could not be applied, kept until an operator replays or discards it.
package struct DeadLetter: Sendable, Equatable {
    /// Given by the queue when the letter is stored, and never to another; 0 before.
    package var number: Int64 = 0
    /// nil when the job could not be read so far.
    package var jobID: UUID?
    /// The job as it was queued.
    package var body: [UInt8]
    /// One sentence for the operator.
    package var reason: String
    /// How often it was tried.
    package var attempts: Int
    /// Milliseconds since 1970.
    package var failedAtMilliseconds: Int64
}
