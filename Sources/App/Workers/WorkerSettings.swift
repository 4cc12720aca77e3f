/// How workers form their transactions, whichever queue they serve.
package struct WorkerSettings: Sendable {
    /// Most jobs of one transaction; a single message may hold more.
    package var jobsPerTransaction: Int
    /// Simulated duration of one write transaction.
    package var lagMilliseconds: Int

    package init(jobsPerTransaction: Int, lagMilliseconds: Int) {
        self.jobsPerTransaction = jobsPerTransaction
        self.lagMilliseconds = lagMilliseconds
    }
}
