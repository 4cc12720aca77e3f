/// How one client's connection goes on and how it ends: the rules, without the socket.
///
/// Pure: ``HTTPConnection`` tells it what has happened, and asks what to do next. One for each connection, 8 bytes.
struct ConnectionLife: Equatable {
    /// How far the connection's life has come; it only moves down this list.
    enum Stage: UInt8, CaseIterable {
        /// Takes requests.
        case open
        /// Takes the requests that are here. The client has sent all it will, but may still read.
        case halfClosed
        /// Takes no further request; closes when everything is answered and sent.
        case finishing
        /// Like `finishing`, and the client has sent more than was taken: it lingers before it closes.
        case finishingUnread
        /// Like `finishing`, and the client has sent all it will: nothing is left that it would have to linger for.
        case finishingHalfClosed
        /// Our side is closed. The rest of what the client sends is read and thrown away, so that the kernel doesn't
        /// reset the connection under the answer that tells it why (RFC 9112, section 9.6).
        case lingering
        /// Unregistered; the descriptor is closed before the loop sleeps.
        case closed
    }

    private(set) var stage = Stage.open
    /// A client waits for "100 Continue", which must not overtake the answers before it. Only while requests are taken.
    private(set) var owesContinue = false
    /// The output is sent before the loop sleeps.
    private(set) var isFlushDue = false
    /// Requests in the input are taken before the loop sleeps.
    private(set) var hasDeferredRequests = false
    /// What the loop watches the socket for.
    private(set) var interest: Readiness = .read

    /// A new connection, which is registered for reading.
    init() {}

    @inline(__always)
    var takesRequests: Bool { stage == .open || stage == .halfClosed }

    /// Whether an answer can still be sent.
    @inline(__always)
    var takesAnswers: Bool { stage.rawValue < Stage.lingering.rawValue }

    @inline(__always)
    var inputHasEnded: Bool { stage == .halfClosed || stage == .finishingHalfClosed }

    // MARK: Events

    /// - Parameter isLast: the client wants the connection closed behind the answer.
    mutating func requestTaken(isLast: Bool) {
        // Its body came, asked for or not.
        owesContinue = false
        if isLast { finish() }
    }

    /// A request was not taken, and what the client sends from now on is not looked at.
    mutating func refused() {
        finish()
        leftUnread()
    }

    /// No request is taken behind those that were. Does nothing where that is so already.
    mutating func finish() {
        switch stage {
        case .open: stage = .finishing
        case .halfClosed: stage = .finishingHalfClosed
        case .finishing, .finishingUnread, .finishingHalfClosed, .lingering, .closed: return
        }
        owesContinue = false
    }

    /// The client has sent bytes that belong to no request that was taken. Means nothing while requests are taken.
    mutating func leftUnread() {
        if stage == .finishing { stage = .finishingUnread }
    }

    /// The client has sent all it will.
    mutating func inputEnded() {
        switch stage {
        case .open: stage = .halfClosed
        case .finishing, .finishingUnread: stage = .finishingHalfClosed
        case .halfClosed, .finishingHalfClosed, .lingering, .closed: break
        }
    }

    /// A client that has sent a head waits to be told to send the body.
    mutating func continueExpected() { owesContinue = takesRequests }

    /// True, once, when "100 Continue" is to be sent now.
    @inline(__always)
    mutating func payContinue(hasUnanswered: Bool) -> Bool {
        guard owesContinue && !hasUnanswered else { return false }
        owesContinue = false
        return true
    }

    /// There is something to send. True when the flush must be asked for, since it isn't due yet.
    @inline(__always)
    mutating func flushWanted() -> Bool {
        defer { isFlushDue = true }
        return !isFlushDue
    }

    /// The output is about to be sent.
    mutating func flushBegan() { isFlushDue = false }

    /// Requests in the input have to wait. True when the loop must be asked to come back, since it isn't going to yet.
    mutating func requestsDeferred() -> Bool {
        defer { hasDeferredRequests = true }
        return !hasDeferredRequests
    }

    /// The loop has come back for requests in the input.
    mutating func requestsResumed() { hasDeferredRequests = false }

    /// The connection is given up.
    mutating func close() { stage = .closed }

    // MARK: What to do

    /// Brings the stage and the interest in line with what has happened. Not for a connection that is closed.
    ///
    /// What doesn't matter in a stage is not asked for there.
    ///
    /// - Parameters:
    ///   - hasOutput: bytes of answers wait to be sent.
    ///   - hasUnanswered: requests were taken that are not answered in full.
    ///   - mayTakeRequest: the limits leave room for one more request.
    ///   - watchesForEnd: an answer has begun whose end is not known, and no input is kept: more can be read to see
    ///     whether the client goes.
    ///   - mustLeave: the server drains, and waits neither for the rest of a request nor for the first one of a new
    ///     client.
    @inline(__always)
    mutating func settle(
        hasOutput: Bool, hasUnanswered: @autoclosure () -> Bool, mayTakeRequest: @autoclosure () -> Bool,
        watchesForEnd: @autoclosure () -> Bool, mustLeave: @autoclosure () -> Bool
    ) -> Step {
        if takesRequests {
            // A client that has sent its last is done when what came before was taken, as far as that goes.
            let isAtEnd = stage == .halfClosed && !hasDeferredRequests && mayTakeRequest()
            if isAtEnd || (mustLeave() && !hasOutput && !hasDeferredRequests && !hasUnanswered()) { finish() }
        }
        if !takesRequests && takesAnswers && !hasOutput && !hasUnanswered() { return .end }
        // Only for what the kernel didn't take: a flush that is due comes first.
        var wanted: Readiness = hasOutput && !isFlushDue ? .write : []
        let reads =
            switch stage {
            case .open: mayTakeRequest() || watchesForEnd()
            case .finishing, .finishingUnread: watchesForEnd()
            case .halfClosed, .finishingHalfClosed, .closed: false
            case .lingering: true
            }
        if reads { wanted.insert(.read) }
        guard wanted != interest else { return .stay }
        interest = wanted
        return .watch(wanted)
    }

    /// How to end a connection on which everything is answered and sent.
    ///
    /// - Parameters:
    ///   - isClosing: the server tells every client that its connection ends.
    ///   - hasInput: received bytes are left that were not taken.
    mutating func end(isClosing: Bool, hasInput: Bool) -> End {
        // A client may not have known that this answer is the last. If it has sent another request already, a close
        // would reset the connection under the answer.
        if isClosing && stage == .finishing { return .look }
        return end(isUnread: hasInput)
    }

    /// Goes on where ``end(isClosing:hasInput:)`` asked for a look at what the client has sent.
    mutating func looked(_ found: Unread, hasInput: Bool) -> End {
        if found == .end { inputEnded() }
        return end(isUnread: hasInput || found == .bytes)
    }

    private mutating func end(isUnread: Bool) -> End {
        switch stage {
        case .finishing where !isUnread, .finishingHalfClosed: return .close
        case .finishing, .finishingUnread:
            stage = .lingering
            return .linger
        case .open, .halfClosed, .lingering, .closed: preconditionFailure("\(stage) is no end")
        }
    }

    /// What the client is waited for, which decides how long.
    @inline(__always)
    func timeoutPhase(
        hasOutput: @autoclosure () -> Bool, hasUnanswered: @autoclosure () -> Bool,
        _ request: @autoclosure () -> RequestFramer.Phase
    ) -> TimeoutPhase {
        if stage == .lingering {
            .lingering
        } else if hasOutput() && !isFlushDue {
            .writing
        } else if hasUnanswered() {
            .handling
        } else {
            switch request() {
            case .idle: .idle
            case .head: .head
            case .body: .body
            }
        }
    }
}
