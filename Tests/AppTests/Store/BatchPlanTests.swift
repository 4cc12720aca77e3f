import Reactor
import Testing

@testable import Orders
@testable import Store

@Suite struct BatchPlanTests {
    typealias Plan = BatchPlan<TwoRetries>

    /// What happens, and what has to follow from it.
    struct Event: Sendable {
        let outcome: Plan.Outcome
        let step: Plan.Step

        init(_ outcome: Plan.Outcome, _ step: Plan.Step) { (self.outcome, self.step) = (outcome, step) }
    }

    struct Course: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let events: [Event]

        init(_ testDescription: String, _ events: [Event]) {
            self.testDescription = testDescription
            self.events = events
        }
    }

    struct Failure: TransactionFailure {
        var refusesRow = false
        var outcome = CommitOutcome.notCommitted
        var isLasting = false
        var storeError: StoreError { .notSetAside(reason: "\(self)") }

        static let refusal = Failure(refusesRow: true)
        static let conflict = Failure()
        static let lasting = Failure(isLasting: true)
        static let lostCommit = Failure(outcome: .unknown)
    }

    struct TwoRetries: TransactionRetries {
        private var left = 2

        mutating func decide(after failure: Failure) -> RetryDecision {
            guard left > 0, !failure.isLasting else { return .giveUp }
            left -= 1
            return .again(afterMilliseconds: 0...7)
        }
    }

    private static let created = ApplyResult(created: 2, skipped: 1)
    private static let known = ApplyResult(skipped: 3)
    private static let together = Event(.paused, .apply(isolatingJobs: false))
    private static let isolation = Event(.failed(.refusal), .apply(isolatingJobs: true))
    private static let again = Event(.failed(.conflict), .pause(milliseconds: 0...7))

    private static func applied(_ result: ApplyResult, refusing jobs: [RejectedJob] = []) -> Plan.Outcome {
        .applied(UncommittedBatch(result: result, refused: jobs))
    }

    private static func job(_ number: Int) -> RejectedJob {
        RejectedJob(source: ByteRange(start: 10 * number, count: 10), reason: "refused", message: 0)
    }

    static let courses = [
        Course(
            "all goes well",
            [Event(applied(created), .commit(created)), Event(.committed, .finish(created))]),
        Course(
            "a refused row isolates the jobs, and those refused are set aside before the commit",
            [
                isolation, Event(applied(created, refusing: [job(1), job(2)]), .setAside([job(1), job(2)])),
                Event(.areSetAside, .commit(created)), Event(.committed, .finish(created)),
            ]),
        Course(
            "isolated jobs of which none is refused need no dead letters",
            [isolation, Event(applied(created), .commit(created)), Event(.committed, .finish(created))]),
        Course(
            "a refused row that is no job's is left to the retries",
            [
                isolation, Event(.failed(.refusal), .pause(milliseconds: 0...7)), together, isolation,
                Event(.failed(.refusal), .pause(milliseconds: 0...7)), together, isolation,
                Event(.failed(.refusal), .giveUp(.refusal)),
            ]),
        Course(
            "a row that the commit refuses isolates nothing",
            [
                Event(applied(created), .commit(created)), Event(.failed(.refusal), .pause(milliseconds: 0...7)),
                together,
            ]),
        Course(
            "a conflict is tried again together, a bounded number of times",
            [again, together, again, together, Event(.failed(.conflict), .giveUp(.conflict))]),
        Course(
            "a conflict of isolated jobs is tried again together",
            [isolation, again, together, Event(applied(created), .commit(created))]),
        Course("what lasts is given up at once", [Event(.failed(.lasting), .giveUp(.lasting))]),
        Course(
            "a job is set aside once, however often its batch is tried",
            [
                isolation, Event(applied(created, refusing: [job(1)]), .setAside([job(1)])),
                Event(.areSetAside, .commit(created)), again, together, isolation,
                Event(applied(created, refusing: [job(1), job(2)]), .setAside([job(2)])),
                Event(.areSetAside, .commit(created)), again, together, isolation,
                Event(applied(created, refusing: [job(1), job(2)]), .commit(created)),
                Event(.committed, .finish(created)),
            ]),
        Course(
            "a commit whose answer was lost did happen when all is known afterwards",
            [
                Event(applied(created), .commit(created)), Event(.failed(.lostCommit), .pause(milliseconds: 0...7)),
                together, Event(applied(known), .commit(known)), Event(.committed, .finish(created)),
            ]),
        Course(
            "a commit whose answer was lost did not happen when the batch is applied afterwards",
            [
                Event(applied(created), .commit(created)), Event(.failed(.lostCommit), .pause(milliseconds: 0...7)),
                together, Event(applied(created), .commit(created)), Event(.committed, .finish(created)),
            ]),
        Course(
            "a commit that failed for certain is not taken for done",
            [
                Event(applied(created), .commit(created)), again, together, Event(applied(known), .commit(known)),
                Event(.committed, .finish(known)),
            ]),
    ]

    @Test("Each outcome leads to the step that the promise of the stores needs", arguments: courses)
    func steps(course: Course) {
        var plan = Plan(jobCount: 3)
        #expect(plan.first == .apply(isolatingJobs: false))
        for event in course.events { #expect(plan.step(after: event.outcome) == event.step) }
    }
}
