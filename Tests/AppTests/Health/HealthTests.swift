import Glibc
import Reactor
import Synchronization
import Testing

@testable import Health

@Suite struct HealthTests {
    private let log = CapturedLog()

    @Test("A change of state is logged once, however often it is reported")
    func transitions() {
        let health = Health(logger: log.logger)
        let queue = health.reporter(for: .queue, isProven: true)
        for _ in 0..<3 { queue.report(failure: nil) }
        #expect(log.lines.isEmpty && health.failures.isEmpty)
        for reason in ["disk full", "disk full", "still full"] { queue.report(failure: reason) }
        #expect(log.lines == ["error queue is failing reason=disk full"])
        // The reason that is shown is the newest one.
        #expect(health.failures.map(\.reason) == ["still full"])
        for _ in 0..<3 { queue.report(failure: nil) }
        queue.report(failure: "again")
        #expect(log.lines.dropFirst() == ["notice queue works again", "error queue is failing reason=again"])
    }

    @Test("Parts fail and recover on their own; those that nobody uses are not there")
    func dependencies() {
        let health = Health(logger: log.logger)
        let used = Health.Dependency.allCases.filter { $0 != .reads }
        let reporters = used.map { health.reporter(for: $0) }
        for (part, reporter) in zip(used, reporters) { reporter.report(failure: "\(part)!") }
        #expect(health.failures.map(\.dependency) == used && health.dependencies.map(\.dependency) == used)
        reporters[1].report(failure: nil)
        #expect(health.failures.map(\.reason) == ["queue!", "database!", "cache!"])
        #expect(log.lines.count == used.count + 1)
    }

    @Test("What was never reported is not ready, and its first success is no news")
    func firstReport() {
        let health = Health(logger: log.logger)
        let queue = health.reporter(for: .queue)
        let cache = health.reporter(for: .cache)
        #expect(health.failures.map(\.dependency) == [.queue, .cache])
        #expect(health.dependencies.map(\.state) == [.waiting, .waiting])
        queue.report(failure: nil)
        cache.report(failure: "refused")
        #expect(health.failures.map(\.reason) == ["refused"])
        #expect(log.lines == ["error cache is failing reason=refused"])
        cache.report(failure: nil)
        #expect(log.lines.last == "notice cache works again")
    }

    @Test("One that recovers doesn't hide another that has not")
    func severalReporters() throws {
        let health = Health(logger: log.logger)
        let workers = (0..<3).map { _ in health.reporter(for: .delivery) }
        workers[0].report(failure: nil)
        // Not proven before all have told.
        #expect(health.dependencies.map(\.state) == [.waiting])
        workers[1].report(failure: "no route")
        workers[2].report(failure: "refused")
        #expect(health.failures.map(\.reason) == ["refused"])
        workers[2].report(failure: nil)
        workers[0].report(failure: nil)
        #expect(health.failures.map(\.reason) == ["no route"] && log.lines.count == 1)
        workers[1].report(failure: nil)
        #expect(log.lines == ["error delivery is failing reason=no route", "notice delivery works again"])
        let part = try #require(health.dependencies.first)
        #expect(part.state == .working && part.lastError == "refused" && part.reason == nil)
    }

    @Test("A state has the time of its beginning, and an error that of its last coming")
    func times() throws {
        var record = DependencyRecord()
        let source = record.addSource(isProven: false, atMilliseconds: 100)
        func state() throws -> DependencyState { try #require(record.state(of: .queue)) }
        #expect(try state().sinceMilliseconds == 100)
        _ = record.report(source, failure: nil, atMilliseconds: 200)
        _ = record.report(source, failure: nil, atMilliseconds: 250)
        #expect(try state().sinceMilliseconds == 200 && state().lastError == nil)
        _ = record.report(source, failure: "first", atMilliseconds: 300)
        _ = record.report(source, failure: "second", atMilliseconds: 400)
        #expect(try state().sinceMilliseconds == 300 && state().lastErrorMilliseconds == 400)
        _ = record.report(source, failure: nil, atMilliseconds: 500)
        #expect(try state().sinceMilliseconds == 500 && state().lastErrorMilliseconds == 400)
    }

    @Test("Of many threads that notice the same thing one logs it")
    func manyThreads() {
        let health = Health(logger: log.logger)
        let threadCount = 4
        let reporters = (0..<threadCount).map { _ in health.reporter(for: .database, isProven: true) }
        let arrived = Atomic<Int>(0)
        for round in 0..<200 {
            let failure = round % 2 == 0 ? "gone" : nil
            arrived.store(0, ordering: .sequentiallyConsistent)
            let threads = reporters.enumerated().map { number, reporter in
                Reactor.Thread(name: "reporter-\(number)") {
                    arrived.wrappingAdd(1, ordering: .sequentiallyConsistent)
                    // All at once, or the first would be done before the last begins.
                    while arrived.load(ordering: .sequentiallyConsistent) < threadCount { sched_yield() }
                    reporter.report(failure: failure)
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

    @Test("The service is as well as what it can't do without")
    func serviceState() {
        let health = Health(logger: log.logger)
        let queue = health.reporter(for: .queue)
        let cache = health.reporter(for: .cache)
        func state(isDraining: Bool = false) -> ServiceState {
            ServiceState(health.dependencies, isDraining: isDraining)
        }
        #expect(state() == .starting(reason: "queue: not connected yet; cache: not connected yet"))
        cache.report(failure: "refused")
        #expect(state() == .starting(reason: "queue: not connected yet; cache: refused"))
        queue.report(failure: nil)
        #expect(state() == .degraded(reason: "cache: refused"))
        queue.report(failure: "gone")
        #expect(state() == .failing(reason: "queue: gone; cache: refused"))
        #expect(state(isDraining: true) == .draining)
        queue.report(failure: nil)
        cache.report(failure: nil)
        #expect(state() == .ready)
    }
}
