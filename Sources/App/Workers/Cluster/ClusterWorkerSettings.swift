/// How the workers of the cluster consume the broker's queues.
struct ClusterWorkerSettings: Sendable {
    var transactions: WorkerSettings
    /// Most messages of one partition that are delivered and not acknowledged.
    var prefetch: Int
    /// Between two looks at whether other instances should have some of the partitions.
    var balanceMilliseconds = 10_000
    var connection = AMQPSettings()

    /// Enough for the batch that is being applied and for the next one, which gathers meanwhile.
    ///
    /// When messages are packed, 512 are enough: a publisher packs more jobs into each as soon as they come faster than
    /// that. A message has 256 KiB at most, so they take 128 MiB of the memory at most for each partition.
    static func prefetch(jobsPerTransaction: Int, jobsPerMessage: Int) -> Int {
        min(2 * jobsPerTransaction, jobsPerMessage == 1 ? Int(UInt16.max) : SettingCatalog.rabbitMQ.prefetch.fallback)
    }
}
