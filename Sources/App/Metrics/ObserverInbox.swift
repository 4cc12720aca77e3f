import Reactor

/// Metrics in Prometheus' text format, on their way back to the loop that has the client.
struct ScrapeAnswer: Sendable {
    let token: ResponseToken
    let text: [UInt8]
}

/// What the observer has to do, and what the loops have told it.
final class ObserverInbox: Sendable {
    /// Scrapes that may wait. They are answered together, so a few that wait are many.
    static let capacity = 64

    /// Who wants the metrics.
    struct Scrape: Sendable {
        /// Which loop of the process has the client.
        let loop: Int
        let token: ResponseToken
    }

    /// Why the observer woke.
    enum Wake: Sendable {
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

    init(loops count: Int) { state = Monitor(State(answers: Array(repeating: nil, count: count))) }

    // MARK: The loops

    /// From an event loop. False when too many wait: the request was not taken.
    func submit(_ scrape: Scrape) -> Bool {
        let isTaken = state.withLock { state in
            guard state.scrapes.count < Self.capacity else { return false }
            state.scrapes.append(scrape)
            return true
        }
        if isTaken { state.signal() }
        return isTaken
    }

    /// From an event loop whose first viewer of the dashboard has come.
    func watch(loop: Int) {
        state.withLock { _ = $0.watching.insert(loop) }
        state.signal()
    }

    /// From an event loop that has no viewers any more.
    func unwatch(loop: Int) {
        state.withLock { _ = $0.watching.remove(loop) }
        state.signal()
    }

    /// From an event loop: its answer to the question of that number. A late one is of no use any more.
    func answer(_ round: UInt64, loop: Int, _ figures: LoopFigures) {
        state.withLock { state in
            if state.round == round { state.answers[loop] = figures }
        }
        state.signal()
    }

    /// From an event loop that ends; `figures` are its last.
    func ended(loop: Int, _ figures: LoopFigures) {
        state.withLock { state in
            state.answers[loop] = figures
            state.ended.insert(loop)
            state.watching.remove(loop)
        }
        state.signal()
    }

    // MARK: The observer

    /// Sleeps until somebody wants the metrics, or begins or ceases to look at the dashboard, but not past `deadline`.
    func next(until deadline: Deadline = .never) -> Wake {
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
    var watchingLoops: Set<Int> { state.withLock { $0.watching } }

    /// Begins a question to all loops; returns its number.
    func beginRound() -> UInt64 {
        state.withLock { state in
            state.round += 1
            for loop in state.answers.indices where !state.ended.contains(loop) { state.answers[loop] = nil }
            return state.round
        }
    }

    /// What the loops have answered, when all have or at `deadline`; nil of those that have not.
    func answers(until deadline: Deadline) -> [LoopFigures?] {
        let all = state.wait(until: deadline) { state -> [LoopFigures?]? in
            state.answers.contains { $0 == nil } && !state.isClosed ? nil : state.answers
        }
        return all ?? state.withLock { $0.answers }
    }

    /// After the loops have ended.
    func close() {
        state.withLock { $0.isClosed = true }
        state.signal()
    }
}
