import Reactor

/// What the admin thread still has to do. Bounded: its tasks take seconds, so a few that wait are many.
package final class AdminInbox: Sendable {
    package static let capacity = 8

    private struct State {
        var requests = FirstInFirstOut<AdminRequest>()
        var isClosed = false
    }

    private let state = Monitor(State())

    package init() {}

    /// From an event loop. False when too much waits: the request was not taken.
    package func submit(_ request: AdminRequest) -> Bool {
        let isTaken = state.withLock { state in
            guard state.requests.count < Self.capacity else { return false }
            state.requests.append(request)
            return true
        }
        if isTaken { state.signal() }
        return isTaken
    }

    /// From the admin thread: sleeps until there is something to do; nil when the inbox is closed.
    package func next() -> AdminRequest? {
        let next = state.wait { state -> AdminRequest?? in
            if state.isClosed { return .some(nil) }
            return state.requests.popFirst().map { .some($0) }
        }
        return next ?? nil
    }

    /// After the loops have ended: nobody is left who could be answered.
    package func close() {
        state.withLock { $0.isClosed = true }
        state.signal()
    }
}
