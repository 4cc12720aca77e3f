/// How workers form their transactions, whichever queue they serve.
struct WorkerSettings: Sendable {
    /// Most jobs of one transaction; a single message may hold more.
    var jobsPerTransaction: Int
    /// Simulated duration of one write transaction.
    var lagMilliseconds: Int
}
