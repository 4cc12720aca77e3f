import Orders
import Reactor

/// Decides what comes next while a batch is applied in one transaction. Pure; ``BatchTransaction`` carries it out.
///
/// All jobs are applied together first. When the database refuses a row, all begins anew with each job isolated by a
/// savepoint, and the refused jobs are set aside before the commit. After any other failure ``TransactionRetries`` say
/// whether the batch is tried again.
struct BatchPlan<Retries: TransactionRetries> {
    enum Step: Equatable {
        /// In a new transaction. Without isolation the first refused row ends it.
        case apply(isolatingJobs: Bool)
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
        case applying(isolatingJobs: Bool)
        case settingAside([RejectedJob])
        case committing
        case pausing
        case over
    }

    /// In the batch.
    private let jobCount: Int
    private var phase = Phase.applying(isolatingJobs: false)
    private var retries = Retries()
    /// What the open transaction would do.
    private var result = ApplyResult()
    /// What a commit without an answer would have done.
    private var unconfirmed: ApplyResult?
    /// Where the jobs were queued that are in the dead letters already while their batch is tried again.
    private var sourcesSetAside: Set<ByteRange> = []

    init(jobCount: Int) { self.jobCount = jobCount }

    /// The one to begin with.
    var first: Step { .apply(isolatingJobs: false) }

    mutating func step(after outcome: Outcome) -> Step {
        switch (phase, outcome) {
        case (.applying, .applied(let done)):
            result = done.result
            let new = done.refused.isEmpty ? [] : done.refused.filter { !sourcesSetAside.contains($0.source) }
            return new.isEmpty ? commit() : setAside(new)
        case (.settingAside(let jobs), .areSetAside):
            sourcesSetAside.formUnion(jobs.lazy.map(\.source))
            return commit()
        case (.committing, .committed):
            phase = .over
            return .finish(confirmed())
        case (.pausing, .paused):
            return apply(isolatingJobs: false)
        case (.applying(isolatingJobs: false), .failed(let failure)) where failure.refusesRow:
            return apply(isolatingJobs: true)
        case (.applying, .failed(let failure)), (.committing, .failed(let failure)):
            return retry(after: failure)
        default:
            preconditionFailure("no such outcome now")
        }
    }

    private mutating func apply(isolatingJobs: Bool) -> Step {
        phase = .applying(isolatingJobs: isolatingJobs)
        return .apply(isolatingJobs: isolatingJobs)
    }

    private mutating func setAside(_ jobs: [RejectedJob]) -> Step {
        phase = .settingAside(jobs)
        return .setAside(jobs)
    }

    private mutating func commit() -> Step {
        phase = .committing
        return .commit(result)
    }

    private mutating func retry(after failure: Retries.Failure) -> Step {
        if failure.outcome == .unknown { unconfirmed = result }
        switch retries.decide(after: failure) {
        case .again(let milliseconds):
            phase = .pausing
            return .pause(milliseconds: milliseconds)
        case .giveUp:
            phase = .over
            return .giveUp(failure)
        }
    }

    /// When an attempt finds all messages applied, the commit without an answer before it did happen.
    private func confirmed() -> ApplyResult {
        guard let unconfirmed, result == ApplyResult(skipped: jobCount) else { return result }
        return unconfirmed
    }
}

/// What an open transaction has done so far.
struct UncommittedBatch: Equatable {
    var result = ApplyResult()
    var refused: [RejectedJob] = []
}
