import Orders
import Reactor

/// Decides what comes next while a batch is applied in one transaction. Pure; ``BatchTransaction`` carries it out.
///
/// All jobs are applied together first, and orders that are created are taken for new. When one of them was there, all
/// begins anew with a look at each order. When the database refuses another row, each job is isolated by a savepoint
/// too, and the refused jobs are set aside before the commit. After any other failure ``TransactionRetries`` say
/// whether the batch is tried again.
struct BatchPlan<Retries: TransactionRetries> {
    enum Step: Equatable {
        /// In a new transaction.
        case apply(BatchMode)
        case setAside([RejectedJob])
        case commit(ApplyResult)
        /// Then apply the batch again.
        case pause(milliseconds: ClosedRange<UInt32>)
        case finish(ApplyResult)
        case giveUp(Retries.Failure)
    }

    /// What a step has led to. After a failure no transaction is open any longer.
    enum Outcome {
        case applied(UncommittedBatch)
        case areSetAside
        case committed
        case paused
        case failed(Retries.Failure)
    }

    private enum Phase {
        case applying(BatchMode)
        case settingAside([RejectedJob])
        case committing
        case pausing
        case over
    }

    private var phase = Phase.applying(.takingNew)
    private var retries = Retries()
    /// What the open transaction would do.
    private var done = UncommittedBatch()
    /// What a commit without an answer would have done.
    private var unconfirmed: ApplyResult?
    /// Where the jobs were queued that are in the dead letters already while their batch is tried again.
    private var sourcesSetAside: Set<ByteRange> = []

    /// The one to begin with.
    var first: Step { .apply(.takingNew) }

    mutating func step(after outcome: Outcome) -> Step {
        switch (phase, outcome) {
        case (.applying, .applied(let done)):
            self.done = done
            let new = done.refused.isEmpty ? [] : done.refused.filter { !sourcesSetAside.contains($0.source) }
            return new.isEmpty ? commit() : setAside(new)
        case (.settingAside(let jobs), .areSetAside):
            sourcesSetAside.formUnion(jobs.lazy.map(\.source))
            return commit()
        case (.committing, .committed):
            phase = .over
            return .finish(confirmed())
        case (.pausing, .paused):
            return apply(.takingNew)
        case (.applying(.takingNew), .failed(let failure)) where failure.isDuplicate:
            return apply(.lookingUp)
        case (.applying(.takingNew), .failed(let failure)) where failure.refusesRow,
            (.applying(.lookingUp), .failed(let failure)) where failure.refusesRow:
            return apply(.isolating)
        case (.applying, .failed(let failure)), (.committing, .failed(let failure)):
            return retry(after: failure)
        default:
            preconditionFailure("no such outcome now")
        }
    }

    private mutating func apply(_ mode: BatchMode) -> Step {
        phase = .applying(mode)
        return .apply(mode)
    }

    private mutating func setAside(_ jobs: [RejectedJob]) -> Step {
        phase = .settingAside(jobs)
        return .setAside(jobs)
    }

    private mutating func commit() -> Step {
        phase = .committing
        return .commit(done.result)
    }

    private mutating func retry(after failure: Retries.Failure) -> Step {
        if failure.outcome == .unknown { unconfirmed = done.result }
        switch retries.decide(after: failure) {
        case .again(let milliseconds):
            phase = .pausing
            return .pause(milliseconds: milliseconds)
        case .giveUp:
            phase = .over
            return .giveUp(failure)
        }
    }

    /// When an attempt finds nothing to do, the commit without an answer before it did happen.
    private func confirmed() -> ApplyResult {
        guard let unconfirmed, !done.hasEffects else { return done.result }
        return unconfirmed
    }
}

/// How much is looked up before a batch is applied. Each mode is dearer than the one before it.
enum BatchMode: Equatable {
    /// Orders that are created are taken for new. The first row that is refused ends the transaction.
    case takingNew
    /// All orders are looked up.
    case lookingUp
    /// The same, and a job whose row is refused leaves the others alone.
    case isolating
}

/// What an open transaction has done so far.
struct UncommittedBatch: Equatable {
    var result = ApplyResult()
    var refused: [RejectedJob] = []
    /// Some row would be another one after the commit.
    var hasEffects = false
}
