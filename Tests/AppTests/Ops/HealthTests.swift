import Glibc
import Reactor
import Synchronization
import Testing

@testable import App

@Suite struct HealthTests {
    private let log = CapturedLog()

    @Test("A change of state is logged once, however often it is reported")
    func transitions() {
        let health = Health(logger: log.logger)
        for _ in 0..<3 { health.report(.queue, failure: nil) }
        #expect(log.lines.isEmpty && health.failures.isEmpty)
        for reason in ["disk full", "disk full", "still full"] { health.report(.queue, failure: reason) }
        #expect(log.lines == ["error queue is failing reason=disk full"])
        // The reason that is shown is the newest one.
        #expect(health.failures.map(\.reason) == ["still full"])
        for _ in 0..<3 { health.report(.queue, failure: nil) }
        health.report(.queue, failure: "again")
        #expect(log.lines.dropFirst() == ["notice queue works again", "error queue is failing reason=again"])
    }

    @Test("Parts fail and recover on their own")
    func parts() {
        let health = Health(logger: log.logger)
        for part in Health.Part.allCases { health.report(part, failure: "\(part)!") }
        #expect(health.failures.map(\.part) == Health.Part.allCases)
        health.report(.delivery, failure: nil)
        #expect(health.failures.map(\.reason) == ["queue!", "database!", "reads!", "cache!"])
        #expect(log.lines.count == Health.Part.allCases.count + 1)
    }

    @Test("What was never reported is not ready, and its first success is no news")
    func firstReport() {
        let health = Health(logger: log.logger)
        health.awaits(.queue)
        health.awaits(.cache)
        #expect(health.failures.map(\.part) == [.queue, .cache])
        health.report(.queue, failure: nil)
        health.report(.cache, failure: "refused")
        #expect(health.failures.map(\.reason) == ["refused"])
        #expect(log.lines == ["error cache is failing reason=refused"])
        health.report(.cache, failure: nil)
        #expect(log.lines.last == "notice cache works again")
    }

    @Test("Of many threads that notice the same thing one logs it")
    func manyThreads() {
        let health = Health(logger: log.logger)
        let threadCount = 4
        let arrived = Atomic<Int>(0)
        for round in 0..<200 {
            let failure = round % 2 == 0 ? "gone" : nil
            arrived.store(0, ordering: .sequentiallyConsistent)
            let threads = (0..<threadCount).map { number in
                Reactor.Thread(name: "reporter-\(number)") {
                    arrived.wrappingAdd(1, ordering: .sequentiallyConsistent)
                    // All at once, or the first would be done before the last begins.
                    while arrived.load(ordering: .sequentiallyConsistent) < threadCount { sched_yield() }
                    health.report(.database, failure: failure)
                }
            }
            for thread in threads { thread.join() }
            #expect(health.failures.isEmpty == (failure == nil))
        }
        #expect(log.lines.count == 200)
    }

    @Test("Draining begins once and never ends")
    func draining() {
        let health = Health(logger: log.logger)
        #expect(!health.isDraining)
        health.startDraining()
        health.startDraining()
        #expect(health.isDraining && health.failures.isEmpty)
    }
}
