import Glibc

/// One client's connection: reads requests out of the byte stream, hands them to the handler, and sends the answers in
/// order. An effectful shell around ``RequestFramer`` and ``ResponseQueue``.
///
/// It owns no buffer while it idles: input is read into a buffer that the server lends to each connection in turn, and
/// only the start of an unfinished request is kept here.
final class HTTPConnection: EventHandler, DeferredTask {
    /// How far the connection's life has come; it only moves down this list.
    enum Stage {
        case open
        /// Takes no further request; closes when everything is answered and sent.
        case finishing
        /// Our side is closed; the rest of what the client sends is read and thrown away, so that the kernel doesn't
        /// reset the connection under the answer that tells it why (RFC 9112, section 9.6).
        case lingering
        /// Unregistered; the descriptor is closed before the loop sleeps.
        case doomed
    }

    // Unsafe spares an atomic count at every use. Proof: events, deferred tasks, flushes and sweeps come from the loop and from
    // the server, whose owner keeps both while the loop turns; `deinit` doesn't use it.
    unowned(unsafe) let server: HTTPServer
    let socket: FileDescriptor
    private let peer: PeerAddress
    /// Set once, right after the connection was made.
    private(set) var registration: Registration
    private var interest: Readiness = .read
    var stage = Stage.open
    /// The client has sent all it will, but may still read.
    private(set) var inputEnded = false
    private var lingersAfterFlush = false
    /// A client waits for "100 Continue", which must not overtake the answers before it.
    private var owesContinue = false
    var isDirty = false
    var isDeferred = false

    var framer = RequestFramer()
    var input = ByteBuffer()
    var output = ByteBuffer()
    var queue = ResponseQueue()
    /// Answers of which more is to come.
    var streams: [ResponseStream] = []
    /// When the phase that a timeout measures began, or the output last moved.
    var since: Deadline
    var phase = TimeoutPhase.idle
    /// What the server's sum holds of this connection's buffers.
    private var accountedBytes = 0

    init(socket: consuming FileDescriptor, peer: PeerAddress, server: HTTPServer) throws(SystemError) {
        self.socket = socket
        self.peer = peer
        self.server = server
        since = server.loop.now
        registration = Registration(descriptor: self.socket.raw, generation: 0)
        registration = try server.loop.register(self.socket.raw, .read, self)
    }

    var bufferedBytes: Int { input.allocatedBytes + output.allocatedBytes + queue.heldBytes }

    var unsentBytes: Int { output.count }

    // MARK: Events

    func descriptorReady(_ ready: Readiness) {
        if ready.contains(.write) { flush() }
        guard stage != .doomed else { return }
        if interest.contains(.read) {
            if ready.contains(.read) || !ready.isDisjoint(with: .hangUp) { receive() }
        } else if !ready.isDisjoint(with: .hangUp) {
            // Nobody is there to read an answer, and without interest in reading this event would come for ever.
            doom()
        }
    }

    /// Goes on with requests that were left waiting to be fair to other connections, or until an answer was sent.
    func runDeferred() {
        isDeferred = false
        guard stage == .open else { return }
        if !input.isEmpty {
            input.consume(process(input.mutableBytes))
            if input.isEmpty { input.release() }
        }
        settle()
    }

    func receive() {
        if stage == .lingering { return discard() }
        // Requests that are here already come first: else a client that sends faster than its requests are taken would
        // fill the memory. No interest is changed for that, since the loop doesn't sleep meanwhile.
        if isDeferred { return }
        let room = server.readBuffer
        switch Syscall.read(socket.raw, into: room) {
        case .moved(let count): received(UnsafeMutableRawBufferPointer(rebasing: room[..<count]))
        case .ended:
            inputEnded = true
            endStreams()
        case .wouldBlock: return
        case .failed: return doom()
        }
        settle()
    }

    /// Only bytes that have to wait get memory here, and no more than they need: thousands of clients that send a byte now and
    /// then would fill as many buffers of a size that is good to read into.
    private func received(_ bytes: UnsafeMutableRawBufferPointer) {
        if input.isEmpty {
            let consumed = process(bytes)
            keep(UnsafeRawBufferPointer(rebasing: bytes[consumed...]))
        } else {
            input.append(UnsafeRawBufferPointer(bytes))
            input.consume(process(input.mutableBytes))
            if input.isEmpty { input.release() }
        }
    }

    /// Bytes behind the last whole request: the start of the next one, or what a closing connection won't look at.
    private func keep(_ rest: UnsafeRawBufferPointer) {
        guard !rest.isEmpty else { return }
        if stage == .open { input.append(rest) } else { lingersAfterFlush = true }
    }

    private func discard() {
        switch Syscall.read(socket.raw, into: server.readBuffer) {
        case .moved, .wouldBlock: return
        case .ended, .failed: doom()
        }
    }

    // MARK: Requests

    /// Takes whole requests off the front of `bytes` and returns how many bytes they had.
    private func process(_ bytes: UnsafeMutableRawBufferPointer) -> Int {
        var consumed = 0
        var turns = server.limits.requestsPerTurn
        while stage == .open && consumed < bytes.count && mayTakeRequest {
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
                owesContinue = true
                payContinue()
            case .request where server.isFull:
                shed(UnsafeRawBufferPointer(rest), began: began)
            case .request(let head, let body, let size):
                // The body came without being asked for.
                owesContinue = false
                take(head, body: body, of: UnsafeRawBufferPointer(rest), began: began)
                consumed += size
            case .reject(let rejection):
                refuse(rejection.status, rejection.reason, UnsafeRawBufferPointer(rest), began: began)
            }
        }
        return consumed
    }

    private var mayTakeRequest: Bool {
        // What came behind one would wait for its end.
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
            stage = .finishing
        } else if head.minorVersion == 0 {
            traits.insert(.announcesKeepAlive)
        }
        let line = server.beginLine(head, bytes, peer: peer, began: began)
        server.handle(head, body: body.of(bytes), bytes: bytes, token: token(traits, line, began))
    }

    /// Answers a request that can't be understood, in its turn, and gives the connection up. `bytes` are what has come of it.
    func refuse(
        _ status: HTTPStatus, _ reason: StaticString, _ bytes: UnsafeRawBufferPointer, began: Deadline
    ) {
        stage = .finishing
        lingersAfterFlush = true
        owesContinue = false
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

    private func deferRest() {
        guard !isDeferred else { return }
        isDeferred = true
        server.loop.runLater(self)
    }

    // MARK: Answers

    /// Puts an answer in its place; false when it is of no use any more.
    func respond(_ token: ResponseToken, _ response: HTTPResponse) -> Bool {
        guard stage == .open || stage == .finishing else { return false }
        let sequence = token.sequence
        var traits = token.traits
        if server.isClosing && queue.isLast(sequence) {
            traits.insert(.closes)
            stage = .finishing
        }
        if queue.isNext(sequence) {
            server.encode(response, traits: traits, logTicket: token.logTicket, into: &output)
            advance()
        } else {
            server.scratch.removeAll()
            server.encode(response, traits: traits, logTicket: token.logTicket, into: &server.scratch)
            queue.hold(sequence, server.scratch.bytes)
        }
        return true
    }

    /// The answer next in line is in the output: those that waited for it follow, up to one that is not whole.
    func advance() {
        queue.sent()
        while let held = queue.popNext() {
            held.withUnsafeBytes { output.append($0) }
            if isStreaming { break }
            queue.sent()
        }
        payContinue()
        markDirty()
        if stage == .open && !input.isEmpty { deferRest() }
    }

    private func payContinue() {
        guard owesContinue && queue.unanswered == 0 && stage == .open else { return }
        owesContinue = false
        output.append(ResponseHead.continueLine)
        markDirty()
    }

    func markDirty() {
        guard !isDirty else { return }
        isDirty = true
        server.markDirty(self)
    }

    /// Sends what is there; asks for writability only when the kernel took less than all of it.
    func flush() {
        isDirty = false
        guard stage != .doomed else { return }
        if !output.isEmpty {
            switch Syscall.send(socket.raw, output.bytes) {
            case .moved(let count):
                output.consume(count)
                since = server.loop.now
            case .wouldBlock: break
            case .failed: return doom()
            case .ended: preconditionFailure("send(2) doesn't report an end")
            }
            if stage == .open && !input.isEmpty && mayTakeRequest { deferRest() }
        }
        settle()
    }

    // MARK: State

    /// Brings interest, timeouts and the end of the connection in line with what has happened.
    func settle() {
        guard stage != .doomed else { return }
        account()
        if stage == .open && inputEnded && !isDeferred && mayTakeRequest { stage = .finishing }
        if stage == .open && server.isDraining && isIdle && !isExpected { stage = .finishing }
        if stage == .finishing && queue.unanswered == 0 && output.isEmpty { return finish() }
        var wanted: Readiness = output.isEmpty || isDirty ? [] : .write
        if stage == .lingering || (stage == .open && !inputEnded && mayTakeRequest) || awaitsEnd {
            wanted.insert(.read)
        }
        if wanted != interest {
            interest = wanted
            server.loop.setInterest(wanted, of: registration)
        }
        updatePhase()
    }

    func account() {
        let bytes = bufferedBytes
        server.heldBytes += bytes - accountedBytes
        accountedBytes = bytes
    }

    private func finish() {
        if server.isClosing && !lingersAfterFlush && !inputEnded { lookForUnread() }
        guard lingersAfterFlush || !input.isEmpty, !inputEnded else { return doom() }
        stage = .lingering
        input.release()
        Syscall.shutdownWrite(socket.raw)
        settle()
    }

    /// The client didn't know that this answer is the last. If it has sent another request already, a close would reset the
    /// connection under the answer.
    private func lookForUnread() {
        switch Syscall.read(socket.raw, into: server.readBuffer) {
        case .moved: lingersAfterFlush = true
        case .ended: inputEnded = true
        case .wouldBlock, .failed: break
        }
    }

    /// Gives the connection up: no event reaches it any more, and the descriptor is closed before the loop sleeps.
    func doom() {
        guard stage != .doomed else { return }
        stage = .doomed
        completeLines()
        server.heldBytes -= accountedBytes
        server.loop.unregister(registration)
        server.connectionDoomed(self)
    }
}
