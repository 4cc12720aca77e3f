@testable import Reactor

/// A connection's life by reference: `#expect` takes no calls that mutate a value.
@dynamicMemberLookup
final class LifeUnderTest {
    private(set) var life: ConnectionLife

    init(in stage: ConnectionLife.Stage = .open) { life = ConnectionLife(in: stage) }

    /// How things stand with a connection that has nothing to do.
    struct Facts {
        var hasUnanswered = false
        var hasOutput = false
        var mayTakeRequest = true
        var watchesForEnd = false
        var mustLeave = false
    }

    subscript<Value>(dynamicMember path: KeyPath<ConnectionLife, Value>) -> Value { life[keyPath: path] }

    /// What a function that changes the life returns.
    func after<Result>(_ change: (inout ConnectionLife) -> Result) -> Result { change(&life) }

    func settle(_ facts: Facts = Facts()) -> ConnectionLife.Step {
        life.settle(
            hasOutput: facts.hasOutput, hasUnanswered: facts.hasUnanswered, mayTakeRequest: facts.mayTakeRequest,
            watchesForEnd: facts.watchesForEnd, mustLeave: facts.mustLeave)
    }

    /// What is watched for when it has settled; nil when it ends.
    func interest(_ facts: Facts) -> Readiness? { settle(facts) == .end ? nil : life.interest }

    func end(isClosing: Bool = false, hasInput: Bool = false) -> ConnectionLife.End {
        life.end(isClosing: isClosing, hasInput: hasInput)
    }

    func looked(_ found: ConnectionLife.Unread, hasInput: Bool = false) -> ConnectionLife.End {
        life.looked(found, hasInput: hasInput)
    }

    func payContinue(hasUnanswered: Bool = false) -> Bool { life.payContinue(hasUnanswered: hasUnanswered) }

    func flushWanted() -> Bool { life.flushWanted() }

    func requestsDeferred() -> Bool { life.requestsDeferred() }

    func phase(hasOutput: Bool, hasUnanswered: Bool, _ request: RequestFramer.Phase) -> TimeoutPhase {
        life.timeoutPhase(hasOutput: hasOutput, hasUnanswered: hasUnanswered, request)
    }
}

extension ConnectionLife {
    /// A connection that has come to `stage` by the shortest way.
    init(in stage: Stage) {
        self.init()
        switch stage {
        case .open: break
        case .halfClosed: inputEnded()
        case .finishing: finish()
        case .finishingUnread: refused()
        case .finishingHalfClosed:
            finish()
            inputEnded()
        case .lingering:
            refused()
            _ = end(isClosing: false, hasInput: false)
        case .closed: close()
        }
        precondition(self.stage == stage)
    }
}
