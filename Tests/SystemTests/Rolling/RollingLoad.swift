import TestServers
import Testing

/// Clients that write and read orders of their own through one port, and note what they were told.
struct RollingLoad {
    private let tally = Tally()
    private let log = AnswerLog()
    private let isStopped = StopFlag()
    private let threads: ThreadGroup

    init(_ clients: Int, port: UInt16) {
        let seed = SeededGenerator.chooseSeed()
        print("SPILLWAY_TEST_SEED=\(seed)")
        threads = ThreadGroup(clients) { [tally, log, isStopped] number in
            let client = RecordingClient(log: log, startingAt: number) { _ in port }
            var load = FaultClient(name: "c\(number)", client, tally, .init(), seed: seed &+ UInt64(number))
            load.run(until: isStopped)
        }
    }

    /// Waits for so many more acknowledged writes.
    func hasAccepted(_ count: Int) -> Bool {
        let before = log.accepted
        return eventually(within: 60) { log.accepted >= before + count }
    }

    func stop() throws {
        isStopped.set()
        try threads.join()
    }

    var outcomes: Set<String> { log.outcomes }
    var summary: String { log.summary }

    /// When the queue has drained: what was promised is what the database holds.
    func audit(_ deployment: Deployment) throws {
        tally.check(try deployment.stored().orders())
        #expect(tally.violations.isEmpty, "\(tally.violations.count): \(tally.violations.prefix(5))")
    }
}
