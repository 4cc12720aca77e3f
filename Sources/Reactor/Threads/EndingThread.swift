/// A thread that is waited for at its end, but not for ever, by anybody and more than once.
package final class EndingThread: Sendable {
    private struct State {
        /// nil before the start, and when it was joined.
        var thread: Thread?
        var hasEnded = false
    }

    private let state = Monitor(State())

    package init() {}

    /// Starts the thread. To be called once.
    package func start(name: String, _ body: @escaping @Sendable () -> Void) {
        state.withLock { state in
            precondition(state.thread == nil && !state.hasEnded)
            state.thread = Thread(name: name) { [self] in
                body()
                self.state.withLock { $0.hasEnded = true }
                self.state.signal()
            }
        }
    }

    /// False when it has not ended by then; whoever gives up leaves it to itself.
    @discardableResult
    package func join(until deadline: Deadline) -> Bool {
        let ended = state.wait(until: deadline) { state -> Thread?? in
            guard state.hasEnded else { return nil }
            defer { state.thread = nil }
            return .some(state.thread)
        }
        guard let ended else { return false }
        // Nothing but its last steps is left to wait for.
        ended?.join()
        return true
    }
}
