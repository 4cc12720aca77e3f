/// What a connection is waited for.
enum TimeoutPhase: Equatable {
    case idle
    case head
    case body
    /// The handler has the request: the client is not to blame, and no timeout runs.
    case handling
    /// The client doesn't read.
    case writing
    case lingering
}

/// What the sweep does with a connection.
enum TimeoutAction: Equatable {
    case wait
    case close
    case refuse
}

extension TimeoutPhase {
    /// Pure: what to do after `elapsed` milliseconds in this phase.
    func action(elapsedMilliseconds elapsed: Int, _ limits: HTTPServerLimits) -> TimeoutAction {
        switch self {
        case .idle: elapsed >= limits.idleTimeoutMilliseconds ? .close : .wait
        case .head: elapsed >= limits.headTimeoutMilliseconds ? .refuse : .wait
        case .body: elapsed >= limits.bodyTimeoutMilliseconds ? .refuse : .wait
        case .handling: .wait
        case .writing: elapsed >= limits.writeTimeoutMilliseconds ? .close : .wait
        case .lingering: elapsed >= limits.lingerMilliseconds ? .close : .wait
        }
    }
}
