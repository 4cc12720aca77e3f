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
        var isDuplicate = false
        var outcome = CommitOutcome.notCommitted
        var isLasting = false
        var storeError: StoreError { .notSetAside(reason: "\(self)") }

        static let refusal = Failure(refusesRow: true)
        static let duplicate = Failure(refusesRow: true, isDuplicate: true)
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
    private static let known = ApplyResult(skipped: 3, superseded: [0: 0, 1: 0, 2: 0])
    private static let anew = Event(.paused, .apply(.takingNew))
    private static let isolation = Event(.failed(.refusal), .apply(.isolating))
    private static let again = Event(.failed(.conflict), .pause(milliseconds: 0...7))

    private static func applied(_ result: ApplyResult, refusing jobs: [RejectedJob] = []) -> Plan.Outcome {
        .applied(UncommittedBatch(result: result, refused: jobs, hasEffects: result.changed))
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
            "an order that was there already has all of them looked up",
            [
                Event(.failed(.duplicate), .apply(.lookingUp)), Event(applied(created), .commit(created)),
                Event(.committed, .finish(created)),
            ]),
        Course(
            "a row that is refused after the look isolates the jobs, a duplicate one as well",
            [
                Event(.failed(.duplicate), .apply(.lookingUp)), Event(.failed(.duplicate), .apply(.isolating)),
                Event(applied(created, refusing: [job(1)]), .setAside([job(1)])),
            ]),
        Course(
            "isolated jobs of which none is refused need no dead letters",
            [isolation, Event(applied(created), .commit(created)), Event(.committed, .finish(created))]),
        Course(
            "a refused row that is no job's is left to the retries",
            [
                isolation, Event(.failed(.refusal), .pause(milliseconds: 0...7)), anew, isolation,
                Event(.failed(.refusal), .pause(milliseconds: 0...7)), anew, isolation,
                Event(.failed(.refusal), .giveUp(.refusal)),
            ]),
        Course(
            "a row that the commit refuses isolates nothing",
            [
                Event(applied(created), .commit(created)), Event(.failed(.refusal), .pause(milliseconds: 0...7)),
                anew,
            ]),
        Course(
            "a conflict is tried again anew, a bounded number of times",
            [again, anew, again, anew, Event(.failed(.conflict), .giveUp(.conflict))]),
        Course(
            "a conflict of isolated jobs is tried again together",
            [isolation, again, anew, Event(applied(created), .commit(created))]),
        Course("what lasts is given up at once", [Event(.failed(.lasting), .giveUp(.lasting))]),
        Course(
            "a job is set aside once, however often its batch is tried",
            [
                isolation, Event(applied(created, refusing: [job(1)]), .setAside([job(1)])),
                Event(.areSetAside, .commit(created)), again, anew, isolation,
                Event(applied(created, refusing: [job(1), job(2)]), .setAside([job(2)])),
                Event(.areSetAside, .commit(created)), again, anew, isolation,
                Event(applied(created, refusing: [job(1), job(2)]), .commit(created)),
                Event(.committed, .finish(created)),
            ]),
        Course(
            "a commit whose answer was lost did happen when there is nothing to do afterwards",
            [
                Event(applied(created), .commit(created)), Event(.failed(.lostCommit), .pause(milliseconds: 0...7)),
                anew, Event(applied(known), .commit(known)), Event(.committed, .finish(created)),
            ]),
        Course(
            "a commit whose answer was lost did not happen when the batch is applied afterwards",
            [
                Event(applied(created), .commit(created)), Event(.failed(.lostCommit), .pause(milliseconds: 0...7)),
                anew, Event(applied(created), .commit(created)), Event(.committed, .finish(created)),
            ]),
        Course(
            "a commit that failed for certain is not taken for done",
            [
                Event(applied(created), .commit(created)), again, anew, Event(applied(known), .commit(known)),
                Event(.committed, .finish(known)),
            ]),
    ]

    @Test("Each outcome leads to the step that the promise of the stores needs", arguments: courses)
    func steps(course: Course) {
        var plan = Plan()
        #expect(plan.first == .apply(.takingNew))
        for event in course.events { #expect(plan.step(after: event.outcome) == event.step) }
    }
}
