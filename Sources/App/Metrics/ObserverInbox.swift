package import Reactor

/// Metrics in Prometheus' text format, on their way back to the loop that has the client.
package struct ScrapeAnswer: Sendable {
    package let token: ResponseToken
    package let text: [UInt8]

    package init(token: ResponseToken, text: [UInt8]) {
        self.token = token
        self.text = text
    }
}

/// What the observer has to do, and what the loops have told it.
package final class ObserverInbox: Sendable {
    /// Scrapes that may wait. They are answered together, so a few that wait are many.
    package static let capacity = 64

    /// Who wants the metrics.
    package struct Scrape: Sendable {
        /// Which loop of the process has the client.
        package let loop: Int
        package let token: ResponseToken

        package init(loop: Int, token: ResponseToken) {
            self.loop = loop
            self.token = token
        }
    }

    /// Why the observer woke.
    package enum Wake: Sendable {
        case scrapes([Scrape])
        /// Somebody began to look at the dashboard, or the last one went.
        case watched(Bool)
        /// The deadline has passed.
        case time
        case closed
    }

    private struct State {
        var scrapes: [Scrape] = []
        /// Loops with viewers of the dashboard, and whether the observer knows that there are some.
        var watching: Set<Int> = []
        var isKnownWatched = false
        var isClosed = false
        /// Of the loops that have answered the question of this number.
        var round: UInt64 = 0
        var answers: [LoopFigures?]
        /// Loops that will answer no more.
        var ended: Set<Int> = []
    }

    private let state: Monitor<State>

    package init(loops count: Int) { state = Monitor(State(answers: Array(repeating: nil, count: count))) }

    // MARK: The loops

    /// From an event loop. False when too many wait: the request was not taken.
    package func submit(_ scrape: Scrape) -> Bool {
        let isTaken = state.withLock { state in
            guard state.scrapes.count < Self.capacity else { return false }
            state.scrapes.append(scrape)
            return true
        }
        if isTaken { state.signal() }
        return isTaken
    }

    /// From an event loop whose first viewer of the dashboard has come.
    package func watch(loop: Int) {
        state.withLock { _ = $0.watching.insert(loop) }
        state.signal()
    }

    /// From an event loop that has no viewers any more.
    package func unwatch(loop: Int) {
        state.withLock { _ = $0.watching.remove(loop) }
        state.signal()
    }

    /// From an event loop: its answer to the question of that number. A late one is of no use any more.
    package func answer(_ round: UInt64, loop: Int, _ figures: LoopFigures) {
        state.withLock { state in
            if state.round == round { state.answers[loop] = figures }
        }
        state.signal()
    }

    /// From an event loop that ends; `figures` are its last.
    package func ended(loop: Int, _ figures: LoopFigures) {
        state.withLock { state in
            state.answers[loop] = figures
            state.ended.insert(loop)
            state.watching.remove(loop)
        }
        state.signal()
    }

    // MARK: The observer

    /// Sleeps until somebody wants the metrics, or begins or ceases to look at the dashboard, but not past `deadline`.
    package func next(until deadline: Deadline = .never) -> Wake {
        state.wait(until: deadline) { state -> Wake? in
            if state.isClosed { return .closed }
            if state.isKnownWatched == state.watching.isEmpty {
                state.isKnownWatched.toggle()
                return .watched(state.isKnownWatched)
            }
            guard !state.scrapes.isEmpty else { return nil }
            defer { state.scrapes.removeAll(keepingCapacity: true) }
            return .scrapes(state.scrapes)
        } ?? .time
    }

    /// The loops whose viewers want the event that was made.
    package var watchingLoops: Set<Int> { state.withLock { $0.watching } }

    /// Begins a question to all loops; returns its number.
    package func beginRound() -> UInt64 {
        state.withLock { state in
            state.round += 1
            for loop in state.answers.indices where !state.ended.contains(loop) { state.answers[loop] = nil }
            return state.round
        }
    }

    /// What the loops have answered, when all have or at `deadline`; nil of those that have not.
    package func answers(until deadline: Deadline) -> [LoopFigures?] {
        let all = state.wait(until: deadline) { state -> [LoopFigures?]? in
            state.answers.contains { $0 == nil } && !state.isClosed ? nil : state.answers
        }
        return all ?? state.withLock { $0.answers }
    }

    /// After the loops have ended.
    package func close() {
        state.withLock { $0.isClosed = true }
        state.signal()
    }
}
