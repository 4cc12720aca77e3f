package import Orders
package import Reactor

/// A read of the database that the cache could not answer.
package enum ReadRequest: Sendable {
    case order(UUID, FlightID)
    case page(ListQuery, FlightID)
    /// For the one who waits.
    case key(IdempotencyKey, Waiter)
}

/// API_THREADS threads, each with a connection of its own, that read the database for the event loops.
///
/// Bounded: when too much waits, ``submit(_:)`` says so and the caller answers 503.
package final class ReaderPool: Sendable {
    /// A request that waited for longer is not worth a query: its client was promised an answer within five seconds.
    static let readTimeoutMilliseconds = 1_500

    package struct Waiting: Sendable {
        package let request: ReadRequest
        package let deadline: Deadline

        package init(request: ReadRequest, deadline: Deadline) {
            self.request = request
            self.deadline = deadline
        }
    }

    private struct State {
        var requests = FirstInFirstOut<Waiting>()
        var isClosed = false
    }

    private let state = Monitor(State())
    private let capacity: Int
    private let loops: [any ReadAnswerSink]

    /// At most `capacity` reads wait; `loops` get the answers.
    package init(capacity: Int, loops: [any ReadAnswerSink]) {
        self.capacity = capacity
        self.loops = loops
    }

    /// Reads that wait for a thread.
    package var waitingCount: Int { state.withLock { $0.requests.count } }

    /// From an event loop. False when too many reads wait: the request was not taken.
    package func submit(_ request: ReadRequest) -> Bool {
        let deadline = Deadline.now().advanced(byMilliseconds: Self.readTimeoutMilliseconds)
        let taken = state.withLock { state in
            guard state.requests.count < capacity else { return false }
            state.requests.append(Waiting(request: request, deadline: deadline))
            return true
        }
        if taken { state.signal() }
        return taken
    }

    package enum NextRead: Sendable {
        case read(Waiting)
        /// Nobody asked until the deadline.
        case idle
        case closed
    }

    /// From a reader thread: the next request, if one comes before `deadline`.
    package func next(until deadline: Deadline = .never) -> NextRead {
        state.wait(until: deadline) { state -> NextRead? in
            if let waiting = state.requests.popFirst() { return .read(waiting) }
            return state.isClosed ? .closed : nil
        } ?? .idle
    }

    /// Sends the result of one read to all who waited for it. Any thread.
    package func tell(_ waiters: [Waiter], _ outcome: ReadOutcome, _ body: [UInt8]) {
        var nothing: ReadAnswer.Keep?
        tell(waiters, outcome, body, keep: &nothing)
    }

    /// The same; one loop of all gets `keep`, which is nil then.
    package func tell(_ waiters: [Waiter], _ outcome: ReadOutcome, _ body: [UInt8], keep: inout ReadAnswer.Keep?) {
        for (loop, sink) in loops.enumerated() {
            let tickets = waiters.filter { Int($0.loop) == loop }.map(\.ticket)
            guard !tickets.isEmpty else { continue }
            sink.deliver(ReadAnswer(tickets: tickets, outcome: outcome, body: body, keep: keep.take()))
        }
    }

    package func close() {
        state.withLock { $0.isClosed = true }
        state.signal()
    }
}
