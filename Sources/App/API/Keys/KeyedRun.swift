import Cache
import Orders
import Reactor
import Store

/// The life of one request with an idempotency key on its loop. Pure: each event is answered with what to do next.
///
///     claiming → asking the database → publishing → recording → answered
///
/// Of the steps between, those are left out that aren't needed. An earlier attempt that may have left orders in the
/// queue is never forgotten again: its id seed stays, so that they are created once whoever asks for them.
struct KeyedRun: Equatable {
    enum Step: Equatable {
        case claiming, asking, publishing, recording, answered
    }

    enum Action: Equatable {
        case askDatabase
        /// Create the orders of the id seed.
        case publish
        /// Tell the store of claims that the request is done, then call ``recorded()``.
        case record
        /// Give the claim back, and answer at once.
        case giveBack(ClaimEnd, Answer)
        case answer(Answer)
    }

    enum Answer: Equatable {
        /// What the queue said.
        case outcome
        /// What the first request was told.
        case replay
        case running
        case otherBody
        case claimsUnreachable
        case databaseUnreadable
    }

    /// What became of the orders of a request in the queue.
    enum Outcome: Equatable {
        case allAccepted
        /// Surely none of them is there.
        case noneStored
        /// Some are, or may be, and some are not.
        case mixed
    }

    private(set) var step = Step.claiming
    /// What to do under, and in the end to remember.
    private(set) var record: KeyRecord
    /// An earlier attempt may have put the same orders into the queue.
    private(set) var isResumed = false
    /// Orders of the request that are to be created.
    let orders: Int
    private var lastAnswer = Answer.outcome

    /// `record` has an id seed of its own, for the case that there was no earlier request.
    init(_ record: KeyRecord, orders: Int) {
        self.record = record
        self.orders = orders
    }

    mutating func claimed(_ answer: ClaimAnswer) -> Action {
        precondition(step == .claiming)
        switch answer {
        case .new(isSure: true): return publish()
        case .new(isSure: false):
            step = .asking
            return .askDatabase
        case .resumed(let idSeed):
            // The database may have the orders by now; and then others may have changed them, so that they must not be
            // shown as new ones again.
            record.idSeed = idSeed
            isResumed = true
            step = .asking
            return .askDatabase
        case .done(let idSeed):
            record.idSeed = idSeed
            return end(.replay)
        case .running: return end(.running)
        case .otherBody: return end(.otherBody)
        case .unreachable: return end(.claimsUnreachable)
        }
    }

    /// The database has told what it has under the key.
    mutating func told(_ stored: StoredKey?, nowMilliseconds: UInt64) -> Action {
        precondition(step == .asking)
        guard let stored, stored.record.millisecondsLeft(now: nowMilliseconds) > 0 else { return publish() }
        guard stored.record.fingerprint == record.fingerprint else {
            record = stored.record
            return finish(.otherBody)
        }
        record = stored.record
        if stored.orders >= orders { return finish(.replay) }
        // Of a batch: what is missing waits in the queue, or was never stored.
        isResumed = true
        return publish()
    }

    mutating func databaseFailed() -> Action {
        precondition(step == .asking)
        return giveBack(.databaseUnreadable)
    }

    mutating func settled(_ outcome: Outcome) -> Action {
        precondition(step == .publishing)
        switch outcome {
        case .allAccepted: return finish(.outcome)
        case .noneStored: return giveBack(.outcome)
        case .mixed:
            isResumed = true
            return giveBack(.outcome)
        }
    }

    /// The keeper has answered, or can't be reached any more.
    mutating func recorded() -> Action {
        precondition(step == .recording)
        return end(lastAnswer)
    }

    private mutating func publish() -> Action {
        step = .publishing
        return .publish
    }

    private mutating func finish(_ answer: Answer) -> Action {
        step = .recording
        lastAnswer = answer
        return .record
    }

    private mutating func giveBack(_ answer: Answer) -> Action {
        step = .answered
        return .giveBack(isResumed ? .unknown : .forgotten, answer)
    }

    private mutating func end(_ answer: Answer) -> Action {
        step = .answered
        return .answer(answer)
    }
}
