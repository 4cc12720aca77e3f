import Reactor

/// Ends the calls of librabbitmq that could last for ever, say a publish to a broker that reads nothing more: one
/// thread for the process looks at the deadlines of all connections, and breaks the connection whose call is late.
///
/// A call arms its connection by one atomic store; nobody is woken for it. So a late call ends up to
/// ``intervalMilliseconds`` after its time.
package final class Watchdog: Sendable {
    package static let intervalMilliseconds = 100

    private struct Watched {
        weak var breaker: AMQPBreaker?
    }

    private struct State {
        var watched: [Watched] = []
        var isStopped = false
        var breaksAll = false
    }

    private let state: Monitor<State>
    private let thread: Thread

    package init() {
        let state = Monitor(State())
        self.state = state
        thread = Thread(name: "watchdog") { Self.run(state) }
    }

    /// Watches a connection until its breaker is released. Any thread may call this.
    package func watch(_ breaker: AMQPBreaker) {
        state.withLock { $0.watched.append(Watched(breaker: breaker)) }
        state.signal()
    }

    /// From now on no connection lives: each is broken, as soon as ``intervalMilliseconds`` allows, also one that is
    /// made later.
    package func breakAll() { state.withLock { $0.breaksAll = true } }

    deinit {
        state.withLock { $0.isStopped = true }
        state.signal()
        thread.join()
    }

    private static func run(_ state: Monitor<State>) {
        var breakers: [AMQPBreaker] = []
        while true {
            // Sleeps without a deadline while there is no connection.
            let isStopped = state.wait { $0.isStopped || !$0.watched.isEmpty ? $0.isStopped : nil } ?? false
            if isStopped { return }
            _ = state.wait(until: .now().advanced(byMilliseconds: intervalMilliseconds)) { $0.isStopped ? () : nil }
            let breaksAll = state.withLock { state in
                state.watched.removeAll { $0.breaker == nil }
                breakers.append(contentsOf: state.watched.compactMap(\.breaker))
                return state.breaksAll
            }
            let now = Deadline.now()
            for breaker in breakers {
                if breaksAll { breaker.breakConnection() } else { breaker.check(now: now) }
            }
            breakers.removeAll(keepingCapacity: true)
        }
    }
}
