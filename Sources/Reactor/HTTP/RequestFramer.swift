/// Finds where one request after the other begins and ends in what a connection has received; no I/O, no clock.
///
/// One for each connection, 48 bytes at most. The bytes stay with the caller, the table of headers in the
/// ``HeadParser`` that all connections of a loop share.
package struct RequestFramer: Sendable {
    /// Where the connection stands, for its timeouts.
    package enum Phase: Equatable, Sendable {
        /// Between requests: nothing of the next one is here, save perhaps the empty line that may precede it.
        case idle
        case head
        case body
    }

    private enum State {
        case head(HeadProgress)
        case length(headBytes: UInt32, bodyBytes: Int)
        case chunked(headBytes: UInt32, ChunkedDecoder)
        case rejected(HTTPRejection)
    }

    private var state = State.head(HeadProgress())

    package init() {}

    package var phase: Phase {
        switch state {
        case .head(let progress): progress.hasBegun ? .head : .idle
        case .length, .chunked: .body
        case .rejected: .idle
        }
    }

    /// How much of the current request's body has come, in whatever coding.
    ///
    /// - Parameter received: all bytes that have come of the request.
    package func bodyBytes(ofReceived received: Int) -> Int {
        switch state {
        case .head, .rejected: 0
        case .length(let headBytes, _), .chunked(let headBytes, _): received - Int(headBytes)
        }
    }

    /// How many bytes the current request has at least, from its first one; nil while that is not known.
    ///
    /// With Content-Length it is the exact size. It never passes what the limits allow.
    package var wantedBytes: Int? {
        switch state {
        case .head, .rejected: nil
        case .length(let headBytes, let bodyBytes): Int(headBytes) + bodyBytes
        case .chunked(_, let decoder): decoder.leastTotalBytes
        }
    }

    /// Goes on with the current request.
    ///
    /// - Parameters:
    ///   - input: all unconsumed bytes from the request's first one: those of the last call, and more. Chunked bodies
    ///     are decoded in place, and the edited bytes are expected back.
    ///   - parser: after `.request` its headers are those of this request, until it is used again.
    /// - Returns: after `.request`, drop `consumed` bytes and call again for what is behind them. After
    ///   `.sendContinue`, call again. After `.reject`, answer and close: every further call returns the same.
    package mutating func next(
        _ input: UnsafeMutableRawBufferPointer, parser: inout HeadParser, limits: HTTPLimits
    ) -> FramerAction {
        switch state {
        case .rejected(let rejection):
            return .reject(rejection)
        case .head(var progress):
            do throws(HTTPRejection) {
                if try parser.advanceToEnd(UnsafeRawBufferPointer(input), &progress, limits) {
                    return begin(parser.head, input, limits)
                }
                state = .head(progress)
                return .needMore
            } catch {
                return reject(error)
            }
        case .length(let headBytes, let bodyBytes):
            let body = ByteRange(start: Int(headBytes), count: bodyBytes)
            guard input.count >= body.end else { return .needMore }
            parser.parseAgain(input, headBytes, limits)
            return finish(parser.head, body, consumed: body.end)
        case .chunked(let headBytes, var decoder):
            let outcome = decoder.decode(input, limits: limits)
            guard case .complete = outcome else { return unfinished(outcome, headBytes, decoder) }
            parser.parseAgain(input, headBytes, limits)
            return finish(parser.head, decoder.body, consumed: decoder.position)
        }
    }

    /// The head is complete and the parser holds its headers.
    private mutating func begin(
        _ head: RequestHead, _ input: UnsafeMutableRawBufferPointer, _ limits: HTTPLimits
    ) -> FramerAction {
        // A 100 is pointless once part of the body is here (RFC 9110 section 10.1.1).
        let mustContinue = head.expectsContinue && input.count == Int(head.headBytes)
        switch head.body {
        case .none:
            return finish(head, ByteRange(start: Int(head.headBytes), count: 0), consumed: Int(head.headBytes))
        case .length(let bodyBytes):
            let body = ByteRange(start: Int(head.headBytes), count: bodyBytes)
            if input.count >= body.end { return finish(head, body, consumed: body.end) }
            state = .length(headBytes: head.headBytes, bodyBytes: bodyBytes)
            return mustContinue ? .sendContinue : .needMore
        case .chunked:
            var decoder = ChunkedDecoder(bodyStart: Int(head.headBytes))
            let outcome = decoder.decode(input, limits: limits)
            if case .complete = outcome { return finish(head, decoder.body, consumed: decoder.position) }
            let action = unfinished(outcome, head.headBytes, decoder)
            return mustContinue ? .sendContinue : action
        }
    }

    private mutating func unfinished(
        _ outcome: ChunkedDecoder.Outcome, _ headBytes: UInt32, _ decoder: ChunkedDecoder
    ) -> FramerAction {
        if case .rejected(let rejection) = outcome { return reject(rejection) }
        state = .chunked(headBytes: headBytes, decoder)
        return .needMore
    }

    private mutating func finish(_ head: RequestHead, _ body: ByteRange, consumed: Int) -> FramerAction {
        state = .head(HeadProgress())
        return .request(head: head, body: body, consumed: consumed)
    }

    private mutating func reject(_ rejection: HTTPRejection) -> FramerAction {
        state = .rejected(rejection)
        return .reject(rejection)
    }
}

/// What the connection is to do next.
package enum FramerAction: Equatable, Sendable {
    case needMore
    /// Send ``ResponseHead/continueLine`` now: the client waits for it.
    case sendContinue
    /// One whole request. `body` is an offset from the request's first byte, like all of the head's.
    case request(head: RequestHead, body: ByteRange, consumed: Int)
    case reject(HTTPRejection)
}

extension HeadParser {
    /// Fills head and table for a head that was complete in an earlier read: others have used the parser since.
    fileprivate mutating func parseAgain(
        _ input: UnsafeMutableRawBufferPointer, _ headBytes: UInt32, _ limits: HTTPLimits
    ) {
        var progress = HeadProgress()
        let bytes = UnsafeRawBufferPointer(rebasing: input[..<Int(headBytes)])
        guard case .some(true) = try? advanceToEnd(bytes, &progress, limits) else {
            preconditionFailure("the caller changed the head between two calls")
        }
    }
}
