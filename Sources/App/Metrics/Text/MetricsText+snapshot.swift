extension MetricsText {
    /// All families of which the profile has something to tell.
    package mutating func append(_ snapshot: MetricsSnapshot) {
        append(requests: snapshot.total)
        append(orders: snapshot)
        if let workers = snapshot.workers { append(workers: workers) }
        if let commits = snapshot.commits { append(commits: commits) }
        if let broker = snapshot.broker { append(broker: broker) }
        append(dependencies: snapshot)
        append(loops: snapshot.loops)
        append(process: snapshot)
    }

    // MARK: Bounds of the histograms

    /// Microseconds: from a read out of memory to what a client gives up at.
    static let latencyBounds: [UInt64] = [
        100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
        5_000_000, 10_000_000,
    ]
    /// Milliseconds: from the simulated lag to a night without a database.
    static let ageBounds: [UInt64] = [
        10, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000, 900_000, 3_600_000, 14_400_000,
    ]
    /// Jobs.
    static let jobBounds: [UInt64] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192]
}
