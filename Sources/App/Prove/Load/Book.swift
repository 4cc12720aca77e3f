import Orders
import Reactor

/// Ledger, journal and pool of a run, under one lock: what the journal says comes in the order of the ledger, before
/// the request that it is about.
final class Book: Sendable {
    struct State: Sendable {
        var ledger: Ledger
        var pool: OrderPool
        let journal: Journal?
        let began: Deadline
        /// Why the journal can't be kept.
        var journalFailure: String?
        /// The service refuses idempotency keys.
        var hasNoKeys = false

        /// Milliseconds since the run began.
        var now: Int { Int((Deadline.now().nanoseconds - began.nanoseconds) / 1_000_000) }

        /// For what happens now.
        mutating func note(_ event: JournalEvent) {
            let now = now
            guard ledger.apply(event, at: now) else { preconditionFailure("\(event) doesn't follow") }
            keep(event, at: now)
        }

        /// For an event that the ledger has counted already.
        mutating func keep(_ event: JournalEvent, at now: Int) {
            guard let journal, journalFailure == nil else { return }
            journalFailure = journal.append(JournalLine(now, event))
        }
    }

    let run: String
    private let state: Monitor<State>

    /// For a new run.
    init(run: String, poolSize: Int, journal: Journal?) {
        self.run = run
        let ledger = Ledger(run: run)
        state = Monitor(
            State(ledger: ledger, pool: OrderPool(size: poolSize), journal: journal, began: .now()))
        withState { $0.note(.run(run)) }
    }

    /// For a ledger that was read from a journal, which stays as it is.
    init(_ ledger: Ledger) {
        run = ledger.run
        state = Monitor(State(ledger: ledger, pool: OrderPool(size: 0), journal: nil, began: .now()))
    }

    func withState<Result>(_ body: (inout State) -> Result) -> Result { state.withLock(body) }

    var ledger: Ledger { withState { $0.ledger } }

    var journalFailure: String? { withState { $0.journalFailure } }
}
