import Glibc
import Synchronization
import Testing

@testable import Reactor

@Suite("Monitor")
struct MonitorTests {
    @Test("a wait whose condition holds already doesn't wait, even past its deadline")
    func holdsAlready() {
        let monitor = Monitor(5)
        #expect(monitor.wait(until: Deadline(nanoseconds: 1)) { $0 == 5 ? "five" : nil } == "five")
        #expect(monitor.wait { $0 } == 5)
    }

    @Test("a deadline ends the wait with nothing, not before its time", arguments: [0, 15])
    func deadline(milliseconds: Int) {
        let monitor = Monitor(0)
        let end = Deadline.now().advanced(byMilliseconds: milliseconds)
        var asked = 0
        let result = monitor.wait(until: end) { state -> Int? in
            asked += 1
            return nil
        }
        #expect(result == nil && Deadline.now() >= end)
        // The last time after the deadline, for what came at the last moment.
        #expect(asked >= 2)
    }

    @Test("what the body changes is changed, and its error comes out with the lock released")
    func changes() {
        struct Refusal: Error {}
        let monitor = Monitor([1])
        monitor.withLock { $0.append(2) }
        var isRefused = false
        do {
            try monitor.withLock { state in
                state.append(3)
                throw Refusal()
            }
        } catch {
            isRefused = error is Refusal
        }
        #expect(isRefused)
        #expect(monitor.wait { $0.popLast() } == 3)
        #expect(monitor.withLock { $0 } == [1, 2])
    }

    @Test("one signal wakes all who wait")
    func wakesAll() {
        struct State {
            var waiting = 0
            var isOpen = false
            var passed = 0
        }
        let monitor = Monitor(State())
        let threads = (0..<8).map { number in
            Reactor.Thread(name: "waiter-\(number)") {
                var isCounted = false
                monitor.wait { state -> Void? in
                    if !isCounted { state.waiting += 1 }
                    isCounted = true
                    guard state.isOpen else { return nil }
                    state.passed += 1
                    return ()
                }
            }
        }
        // A waiter counts itself under the lock that it gives up only by waiting.
        while monitor.withLock({ $0.waiting }) < threads.count { sched_yield() }
        monitor.withLock { $0.isOpen = true }
        monitor.signal()
        for thread in threads { thread.join() }
        #expect(monitor.withLock { $0.passed } == threads.count)
    }

    @Test("a value handed back and forth between two threads is never missed")
    func pingPong() {
        let rounds = 5000
        let turn = Monitor(0)
        let other = Reactor.Thread(name: "pong") {
            for round in 0..<rounds {
                turn.wait { state -> Void? in
                    guard state == 2 * round + 1 else { return nil }
                    state += 1
                    return ()
                }
                turn.signal()
            }
        }
        for round in 0..<rounds {
            turn.wait { state -> Void? in
                guard state == 2 * round else { return nil }
                state += 1
                return ()
            }
            turn.signal()
        }
        other.join()
        #expect(turn.withLock { $0 } == 2 * rounds)
    }

    @Test("under the lock there is one thread at a time")
    func excludes() {
        let counter = Monitor(0)
        let threads = (0..<4).map { number in
            Reactor.Thread(name: "counter-\(number)") { for _ in 0..<10_000 { counter.withLock { $0 += 1 } } }
        }
        for thread in threads { thread.join() }
        #expect(counter.withLock { $0 } == 40_000)
    }
}
