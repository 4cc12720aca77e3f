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
    /// Answer 408 (Request Timeout) and close.
    case refuse
    /// Answer 503 (Service Unavailable) and close.
    case shed
}

extension TimeoutPhase {
    /// Pure: what to do after `elapsed` milliseconds in this phase.
    ///
    /// - Parameters:
    ///   - bodyBytes: what has come of the body.
    ///   - isCrowded: whether the connections hold more than they may.
    func action(
        elapsedMilliseconds elapsed: Int, bodyBytes: Int = 0, isCrowded: Bool = false, _ limits: HTTPServerLimits
    ) -> TimeoutAction {
        switch self {
        case .idle: elapsed >= limits.idleTimeoutMilliseconds ? .close : .wait
        case .head: elapsed >= limits.headTimeoutMilliseconds ? .refuse : .wait
        case .body where isCrowded: .shed
        case .body: elapsed >= limits.bodyMilliseconds(afterBytes: bodyBytes) ? .refuse : .wait
        case .handling: .wait
        case .writing where isCrowded && elapsed >= limits.crowdedWriteTimeoutMilliseconds: .close
        case .writing: elapsed >= limits.writeTimeoutMilliseconds ? .close : .wait
        case .lingering: elapsed >= limits.lingerMilliseconds ? .close : .wait
        }
    }
}

extension HTTPServerLimits {
    /// How long a body may take of which so much has come: each byte buys time, up to the limit of all bodies.
    fileprivate func bodyMilliseconds(afterBytes bytes: Int) -> Int {
        guard bodyBytesPerSecond > 0 else { return bodyTimeoutMilliseconds }
        return min(bodyTimeoutMilliseconds, bodyGraceMilliseconds + bytes * 1_000 / bodyBytesPerSecond)
    }
}
