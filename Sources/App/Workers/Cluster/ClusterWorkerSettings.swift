import Queue
import Settings

/// How the workers of the cluster consume the broker's queues.
package struct ClusterWorkerSettings: Sendable {
    package var transactions: WorkerSettings
    /// Most messages of one partition that are delivered and not acknowledged.
    package var prefetch: Int
    /// Between two looks at whether other instances should have some of the partitions.
    package var balanceMilliseconds: Int
    var connection = AMQPSettings()

    package init(transactions: WorkerSettings, prefetch: Int, balanceMilliseconds: Int = 10_000) {
        self.transactions = transactions
        self.prefetch = prefetch
        self.balanceMilliseconds = balanceMilliseconds
    }

    /// Enough for the batch that is being applied and for the next one, which gathers meanwhile.
    ///
    /// When messages are packed, 512 are enough: a publisher packs more jobs into each as soon as they come faster than
    /// that. A message has 256 KiB at most, so they take 128 MiB of the memory at most for each partition.
    package static func prefetch(jobsPerTransaction: Int, jobsPerMessage: Int) -> Int {
        min(2 * jobsPerTransaction, jobsPerMessage == 1 ? Int(UInt16.max) : SettingCatalog.rabbitMQ.prefetch.fallback)
    }
}
