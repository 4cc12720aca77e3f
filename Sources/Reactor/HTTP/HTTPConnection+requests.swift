/// Requests, from the bytes that were received to the handler.
extension HTTPConnection {
    /// Only bytes that have to wait get memory here, and no more than they need. Otherwise thousands of clients that
    /// send a byte now and then would fill as many buffers of a size that is good to read into.
    func received(_ bytes: UnsafeMutableRawBufferPointer) {
        if input.isEmpty {
            let consumed = process(bytes)
            keep(UnsafeRawBufferPointer(rebasing: bytes[consumed...]))
        } else {
            input.append(UnsafeRawBufferPointer(bytes))
            processInput()
        }
    }

    /// Takes the requests that wait in the input, which is not empty.
    func processInput() {
        input.consume(process(input.mutableBytes))
        if input.isEmpty { input.release() }
    }

    /// Bytes behind the last whole request: the start of the next one, or what a closing connection won't look at.
    private func keep(_ rest: UnsafeRawBufferPointer) {
        guard !rest.isEmpty else { return }
        if life.takesRequests { input.append(rest) } else { life.leftUnread() }
    }

    /// Takes whole requests off the front of `bytes` and returns how many bytes they had.
    private func process(_ bytes: UnsafeMutableRawBufferPointer) -> Int {
        var consumed = 0
        var turns = server.limits.requestsPerTurn
        while life.takesRequests && consumed < bytes.count && mayTakeRequest {
            guard turns > 0 else {
                deferRest()
                break
            }
            turns -= 1
            let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[consumed...])
            let began = framer.phase == .idle ? server.loop.now : since
            switch framer.next(rest, parser: &server.parser, limits: server.limits.http) {
            case .needMore:
                if server.isCrowded && framer.phase != .idle { shed(UnsafeRawBufferPointer(rest), began: began) }
                return consumed
            case .sendContinue where server.isCrowded:
                shed(UnsafeRawBufferPointer(rest), began: began)
            case .sendContinue:
                life.continueExpected()
                payContinue()
            case .request where server.isFull:
                shed(UnsafeRawBufferPointer(rest), began: began)
            case .request(let head, let body, let size):
                take(head, body: body, of: UnsafeRawBufferPointer(rest), began: began)
                consumed += size
            case .reject(let rejection):
                refuse(rejection.status, rejection.reason, UnsafeRawBufferPointer(rest), began: began)
            }
        }
        return consumed
    }

    /// Whether limits and memory leave room for one more request.
    var mayTakeRequest: Bool {
        // What came behind an answer without a known end would wait for that end.
        guard streams.isEmpty else { return false }
        let unread = output.count + queue.heldBytes
        guard queue.unanswered < server.limits.pipelinedRequests, unread < server.limits.outputBytes else {
            return false
        }
        // When memory is short nobody gets a second answer who has not taken the first.
        return unread == 0 || !server.isCrowded
    }

    private func take(_ head: RequestHead, body: ByteRange, of bytes: UnsafeRawBufferPointer, began: Deadline) {
        var traits: ResponseTraits = head.method == .head ? .headOnly : []
        if head.minorVersion == 0 { traits.insert(.knowsNoChunks) }
        if !head.keepAlive {
            traits.insert(.closes)
        } else if head.minorVersion == 0 {
            traits.insert(.announcesKeepAlive)
        }
        life.requestTaken(isLast: !head.keepAlive)
        let line = server.beginLine(head, bytes, peer: peer, began: began)
        server.handle(head, body: body.of(bytes), bytes: bytes, token: token(traits, line, began))
    }

    /// Answers a request that can't be understood, in its turn, and gives the connection up. `bytes` are what has come
    /// of it.
    func refuse(
        _ status: HTTPStatus, _ reason: StaticString, _ bytes: UnsafeRawBufferPointer, began: Deadline
    ) {
        life.refused()
        let line = server.beginLine(refused: bytes, peer: peer, began: began)
        let (isHead, origin) = server.understood(refused: bytes)
        server.handler.refuse(
            status, reason, origin: origin, token: token(isHead ? [.closes, .headOnly] : .closes, line, began),
            server: server)
    }

    func shed(_ bytes: UnsafeRawBufferPointer, began: Deadline) {
        refuse(.serviceUnavailable, "too many unfinished requests and unread answers", bytes, began: began)
    }

    private func token(_ traits: ResponseTraits, _ logTicket: UInt32, _ began: Deadline) -> ResponseToken {
        ResponseToken(
            descriptor: registration.descriptor, generation: registration.generation, sequence: queue.takeRequest(),
            traits: traits, logTicket: logTicket,
            beganMicroseconds: UInt32(truncatingIfNeeded: began.nanoseconds / 1_000))
    }

    func deferRest() {
        if life.requestsDeferred() { server.loop.runLater(self) }
    }
}
