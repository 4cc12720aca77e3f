import Testing

@testable import Reactor

@Suite("EventLoop and its turns")
struct EventLoopTurnTests {
    private let clock = ManualClock()

    @Test("a turn runs deferred work, flushes, reaps, waits, dispatches and fires timers, in this order")
    func phases() throws {
        var log: [String] = []
        // The clock is read around the wait, which can't be seen otherwise.
        let loop = try EventLoop(clock: { [clock] in
            log.append("clock")
            return clock.now
        })
        let pipe = TestPipe()
        _ = try loop.register(pipe.readEnd, .read, Callback { log.append("dispatch") })
        loop.add(reapHook: Callback { log.append("reap") })
        loop.add(flushHook: Callback { log.append("flush 1") })
        loop.add(flushHook: Callback { log.append("flush 2") })
        loop.runLater(Callback { log.append("deferred") })
        loop.schedule(afterMilliseconds: 0, Callback { log.append("timer") })
        pipe.fill()
        log.removeAll()
        loop.turnNow()
        #expect(log == ["deferred", "flush 1", "flush 2", "reap", "clock", "clock", "dispatch", "timer"])
    }

    @Test("whoever observes turns is told of each, from the wake-up to the next wait, by one reading of the clock")
    func observedTurns() throws {
        var readings = 0
        let loop = try EventLoop(clock: { [clock] in
            readings += 1
            return clock.now
        })
        clock.advance(milliseconds: 500)
        let observer = Turns()
        loop.observeTurns(observer)
        loop.schedule(afterMilliseconds: 0, Callback { [clock] in clock.advance(milliseconds: 70) })
        loop.add(flushHook: Callback { [clock] in clock.advance(milliseconds: 5) })
        readings = 0
        loop.turnNow()
        #expect(observer.milliseconds == [5])
        // At the end of the turn, and at the wake-up.
        #expect(readings == 2)
        loop.turnNow()
        #expect(observer.milliseconds == [5, 75])
    }

    @Test("work that an event puts off runs before the next flush")
    func phasesSetOff() throws {
        var log: [String] = []
        let loop = try EventLoop()
        let pipe = TestPipe()
        _ = try loop.register(
            pipe.readEnd, .read,
            Callback {
                log.append("event")
                pipe.empty()
                loop.runLater(Callback { log.append("deferred") })
            })
        loop.add(flushHook: Callback { log.append("flush") })
        pipe.fill()
        loop.turnNow()
        #expect(log == ["flush", "event"])
        loop.turnNow()
        #expect(log == ["flush", "event", "deferred", "flush"])
    }

    @Test("a task deferred by a deferred task runs a turn later, and the loop doesn't sleep before")
    func deferredAgain() throws {
        let loop = try EventLoop()
        var runs = 0
        let task = Repeating(loop) { runs += 1 }
        loop.runLater(task)
        let before = Deadline.now()
        for turn in 1...3 {
            loop.turn(longestWaitMilliseconds: 20_000)
            #expect(runs == turn)
        }
        #expect(Deadline.now() < before.advanced(byMilliseconds: 20_000))
    }

    private final class Repeating: DeferredTask {
        private unowned let loop: EventLoop
        private let body: () -> Void

        init(_ loop: EventLoop, _ body: @escaping () -> Void) {
            self.loop = loop
            self.body = body
        }

        func runDeferred() {
            body()
            loop.runLater(self)
        }
    }

    @Test("deferred tasks run in the order in which they were put off, each as often as it was")
    func deferredOrder() throws {
        let loop = try EventLoop()
        var log: [Int] = []
        let tasks = (0..<3).map { number in Callback { log.append(number) } }
        for task in [tasks[2], tasks[0], tasks[1], tasks[0]] { loop.runLater(task) }
        loop.turnNow()
        loop.turnNow()
        #expect(log == [2, 0, 1, 0])
    }

    @Test("a loop with nothing to do, to watch or to wait for turns all the same")
    func nothing() throws {
        let loop = try EventLoop()
        for _ in 0..<3 { loop.turnNow() }
        let before = Deadline.now()
        loop.turn(longestWaitMilliseconds: 5)
        #expect(before.milliseconds(from: Deadline.now()) == 0)
        #expect(Deadline.now() >= before.advanced(byMilliseconds: 5))
    }

    @Test("timers fire by the loop's clock: at their time, not before, and once")
    func timers() throws {
        let loop = try EventLoop(clock: { [clock] in clock.now })
        var fired: [Int] = []
        for delay in [30, 10, 20] { loop.schedule(afterMilliseconds: delay, Callback { fired.append(delay) }) }
        let cancelled = loop.schedule(afterMilliseconds: 15, Callback { fired.append(15) })
        loop.cancel(cancelled)
        loop.turnNow()
        #expect(fired == [])
        clock.advance(milliseconds: 10)
        loop.turnNow()
        #expect(fired == [10])
        clock.advance(milliseconds: 90)
        loop.turnNow()
        loop.turnNow()
        #expect(fired == [10, 20, 30])
    }

    @Test("a timer without delay that sets itself again gets one call a turn, and doesn't stop the loop")
    func immediateTimers() throws {
        let loop = try EventLoop(clock: { [clock] in clock.now })
        var calls = 0
        let again = Immediate(loop) {
            calls += 1
            // A loop that never came out of its timers would hang here.
            return calls < 1000
        }
        loop.schedule(afterMilliseconds: 0, again)
        for turn in 1...3 {
            loop.turnNow()
            #expect(calls == turn)
        }
    }

    private final class Immediate: TimerHandler {
        private unowned let loop: EventLoop
        private let body: () -> Bool

        init(_ loop: EventLoop, _ body: @escaping () -> Bool) {
            self.loop = loop
            self.body = body
        }

        func timerFired(_ timer: TimerID) {
            if body() { loop.schedule(afterMilliseconds: 0, self) }
        }
    }

    @Test("a timer that cancels another one which is due at the same time keeps it from firing")
    func cancelInTimer() throws {
        let loop = try EventLoop(clock: { [clock] in clock.now })
        var log: [String] = []
        var second: TimerID?
        loop.schedule(
            afterMilliseconds: 5,
            Callback {
                log.append("first")
                if let second { loop.cancel(second) }
            })
        second = loop.schedule(afterMilliseconds: 5, Callback { log.append("second") })
        clock.advance(milliseconds: 5)
        loop.turnNow()
        #expect(log == ["first"])
    }

    @Test("the wait is as long as the first timer allows, on the real clock")
    func waitsForTimer() throws {
        let loop = try EventLoop()
        var fired = 0
        loop.schedule(afterMilliseconds: 10, Callback { fired += 1 })
        let before = loop.now
        loop.turn(longestWaitMilliseconds: -1)
        #expect(fired == 1 && Deadline.now() >= before.advanced(byMilliseconds: 10))
    }

    @Test("stop ends the run behind the turn in which it is called, even before the first")
    func stop() throws {
        let loop = try EventLoop()
        var log: [String] = []
        let pipe = TestPipe()
        _ = try loop.register(
            pipe.readEnd, .read,
            Callback {
                log.append("event")
                loop.stop()
            })
        loop.schedule(afterMilliseconds: 0, Callback { log.append("timer") })
        pipe.fill()
        loop.run()
        #expect(log == ["event", "timer"])
        loop.run()
        #expect(log == ["event", "timer"])
    }
}

/// Notes how long turns took.
private final class Turns: TurnObserver {
    private(set) var milliseconds: [Int] = []

    func turnEnded(began: Deadline, ended: Deadline) { milliseconds.append(ended.milliseconds(from: began)) }
}
