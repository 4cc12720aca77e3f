import Glibc

/// Work put off to the end of the current turn of the loop. Run on the loop's thread.
package protocol DeferredTask: AnyObject {
    func runDeferred()
}

/// What must leave in one go before the loop sleeps: output gathered during the turn. Run on the loop's thread.
package protocol FlushHook: AnyObject {
    func flush()
}

/// What was given up during the turn and is taken down when no handler is on the stack any more.
package protocol ReapHook: AnyObject {
    func reap()
}

/// Who is told how long turns took. Run on the loop's thread.
package protocol TurnObserver: AnyObject {
    /// The loop is about to wait, at `ended`; it woke, or began to turn, at `began`.
    func turnEnded(began: Deadline, ended: Deadline)
}

/// A single-threaded reactor: waits for descriptors and deadlines, and calls their handlers one at a time.
///
/// It knows no protocol. One turn is: ``runDeferredTasks()``, flush, reap, wait, read the clock, dispatch, timers.
/// Created, used and released on one thread. Other threads reach it through a ``Mailbox`` alone.
package final class EventLoop {
    private let poller: Poller
    private var slots = SlotTable()
    private var timers = Timers()
    private var deferred: [any DeferredTask] = []
    private var running: [any DeferredTask] = []
    private var flushHooks: [any FlushHook] = []
    private var reapHooks: [any ReapHook] = []
    private var isStopping = false
    private var turnObserver: (any TurnObserver)?
    private let clock: () -> Deadline
    /// The thread that made the loop, and the only one that may use it.
    private let thread = pthread_self()

    /// The monotonic time at which the current turn began.
    package private(set) var now: Deadline

    /// Throws when the kernel has no epoll instance left to give. `clock` is the monotonic one but in tests; how long
    /// the kernel waits is up to the kernel's in any case.
    package init(clock: @escaping () -> Deadline = Deadline.now) throws(SystemError) {
        poller = try Poller()
        self.clock = clock
        now = clock()
    }

    private var isOnThread: Bool { pthread_equal(thread, pthread_self()) != 0 }

    /// Stops the process when another thread than the loop's has called.
    private func preconditionOnThread() {
        precondition(isOnThread, "an event loop is used on the thread that made it")
    }

    /// Turns until ``stop()``.
    package func run() {
        preconditionOnThread()
        while !isStopping { turn() }
    }

    /// Leaves ``run()`` after the current turn.
    package func stop() {
        preconditionOnThread()
        isStopping = true
    }

    /// One iteration. It waits for at most `longestWaitMilliseconds` (-1: as long as the timers allow).
    package func turn(longestWaitMilliseconds: Int = -1) {
        assert(isOnThread)
        runDeferredTasks()
        for hook in flushHooks { hook.flush() }
        for hook in reapHooks { hook.reap() }
        let ready = poller.wait(timeoutMilliseconds: waitMilliseconds(longest: longestWaitMilliseconds))
        now = clock()
        dispatch(ready)
        fireTimers()
    }

    /// Watches `descriptor`, which the caller owns, until ``unregister(_:)``.
    package func register(
        _ descriptor: Int32, _ interest: Readiness, _ handler: any EventHandler
    ) throws(SystemError) -> Registration {
        preconditionOnThread()
        let registration = slots.insert(handler, descriptor: descriptor)
        do {
            try poller.add(descriptor, interest, data: registration.packed)
        } catch {
            slots.remove(registration)
            throw error
        }
        return registration
    }

    package func setInterest(_ interest: Readiness, of registration: Registration) {
        preconditionOnThread()
        precondition(slots.handler(of: registration) != nil)
        poller.modify(registration.descriptor, interest, data: registration.packed)
    }

    /// Before the descriptor is closed. Events of this turn that are still to come for it are dropped.
    package func unregister(_ registration: Registration) {
        preconditionOnThread()
        slots.remove(registration)
        poller.remove(registration.descriptor)
    }

    /// Calls `handler` once, not before `milliseconds` from the start of this turn.
    @discardableResult
    package func schedule(afterMilliseconds milliseconds: Int, _ handler: any TimerHandler) -> TimerID {
        preconditionOnThread()
        return timers.schedule(at: now.advanced(byMilliseconds: milliseconds), handler)
    }

    package func cancel(_ timer: TimerID) {
        preconditionOnThread()
        timers.cancel(timer)
    }

    /// Runs `task` before the loop sleeps next; a task deferred by a deferred task runs in the turn after.
    package func runLater(_ task: any DeferredTask) {
        // Not in a release: many a request comes by here.
        assert(isOnThread)
        deferred.append(task)
    }

    /// Hooks run in every turn, in the order in which they were added, for the life of the loop.
    package func add(flushHook: any FlushHook) { flushHooks.append(flushHook) }

    package func add(reapHook: any ReapHook) { reapHooks.append(reapHook) }

    /// From now on `observer` is told of every turn; the first one begins here.
    package func observeTurns(_ observer: any TurnObserver) {
        turnObserver = observer
        now = clock()
    }

    private func runDeferredTasks() {
        guard !deferred.isEmpty else { return }
        swap(&deferred, &running)
        for task in running { task.runDeferred() }
        running.removeAll(keepingCapacity: true)
    }

    /// The time now, where ``now`` is not exact enough.
    package func readClock() -> Deadline { clock() }

    private func waitMilliseconds(longest: Int) -> Int32 {
        // One reading of the clock serves both.
        var time: Deadline?
        if let turnObserver {
            let ended = clock()
            turnObserver.turnEnded(began: now, ended: ended)
            time = ended
        }
        if isStopping || !deferred.isEmpty { return 0 }
        guard let next = timers.next else { return Int32(longest) }
        let untilNext = next.milliseconds(from: time ?? clock())
        return Int32(clamping: longest < 0 ? untilNext : min(longest, untilNext))
    }

    private func dispatch(_ count: Int) {
        for index in 0..<count {
            let (ready, data) = poller.event(index)
            // Looked up for each event: a handler before this one may have ended the registration.
            slots.handler(of: Registration(packed: data))?.descriptorReady(ready)
        }
    }

    /// A timer that a timer sets fires in a later turn, even without delay: else one that sets itself again would keep
    /// the loop here for ever.
    private func fireTimers() {
        let last = timers.last
        while let (id, handler) = timers.popDue(now, scheduledBy: last) { handler.timerFired(id) }
    }
}

// A loop and all that hangs on it stay on the thread that made them.
@available(*, unavailable)
extension EventLoop: Sendable {}
