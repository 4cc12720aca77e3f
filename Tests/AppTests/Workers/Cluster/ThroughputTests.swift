import Reactor
import TestServers
import Testing

@testable import Workers

@Suite struct ThroughputTests {
    @Test(
        "A backlog of 20,000 jobs is applied by four workers, each job once, in full transactions", arguments: [1, 512])
    func backlog(jobsPerMessage: Int) throws {
        let harness = try ClusterHarness("backlog-\(jobsPerMessage)", partitions: 4)
        let jobs = 20_000
        try onThreads(4) { partition in
            let own = stride(from: partition, to: jobs, by: 4).map { JobLine.create($0, order: $0) }
            let messages = stride(from: 0, to: own.count, by: jobsPerMessage).map {
                Array(own[$0..<min($0 + jobsPerMessage, own.count)])
            }
            try harness.publish(messages, partition: partition, firstID: 100_000 * (partition + 1))
        }
        let prefetch = ClusterWorkerSettings.prefetch(jobsPerTransaction: 1_000, jobsPerMessage: jobsPerMessage)
        #expect(prefetch == (jobsPerMessage == 1 ? 2_000 : 512))
        try harness.startInstance(workers: 4, lagMilliseconds: 100, jobsPerTransaction: 1_024, prefetch: prefetch)
        #expect(try eventually(within: 60) { try harness.orders() == jobs })
        #expect(try harness.stopAndCheckEmpty())
        #expect(try harness.integer("SELECT count(*) FROM order_items") == jobs)
        // 5,000 jobs of a partition: five transactions, and perhaps a first one that began before the rest was here.
        let calls = harness.repair.calls
        #expect(calls.reduce(0) { $0 + $1.writes.count } == jobs && calls.count <= 28, "\(calls.count) transactions")
    }
}
