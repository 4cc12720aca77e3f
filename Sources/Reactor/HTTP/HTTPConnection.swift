/// One client's connection: reads requests out of the byte stream, hands them to the handler, and sends the answers in
/// order. An effectful shell around ``ConnectionLife``, ``RequestFramer`` and ``ResponseQueue``.
///
/// It owns no buffer while it idles: input is read into a buffer that the server lends to each connection in turn, and
/// only the start of an unfinished request is kept here.
final class HTTPConnection: EventHandler, DeferredTask {
    // Unsafe spares an atomic count at every use. Proof: events, deferred tasks, flushes and sweeps come from the loop
    // and from the server, whose owner keeps both while the loop turns; `deinit` doesn't use it.
    unowned(unsafe) let server: HTTPServer
    let transport: Transport
    let peer: PeerAddress
    /// Set once, right after the connection was made.
    private(set) var registration: Registration

    var life = ConnectionLife()
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

    init(_ transport: consuming Transport, peer: PeerAddress, server: HTTPServer) throws(SystemError) {
        self.transport = transport
        self.peer = peer
        self.server = server
        since = server.loop.now
        registration = Registration(descriptor: self.transport.descriptor, generation: 0)
        registration = try server.loop.register(self.transport.descriptor, .read, self)
    }

    var bufferedBytes: Int { input.allocatedBytes + output.allocatedBytes + queue.heldBytes }

    var unsentBytes: Int { output.count }

    // MARK: Events

    func descriptorReady(_ ready: Readiness) {
        if ready.contains(.write) { flush() }
        guard life.stage != .closed else { return }
        if life.interest.contains(.read) {
            if ready.contains(.read) || !ready.isDisjoint(with: .hangUp) { receive() }
        } else if !ready.isDisjoint(with: .hangUp) {
            // Nobody is there to read an answer, and without interest in reading this event would come for ever.
            doom()
        }
    }

    /// Goes on with requests that were left waiting to be fair to other connections, or until an answer was sent.
    func runDeferred() {
        life.requestsResumed()
        guard life.takesRequests else { return }
        if !input.isEmpty { processInput() }
        settle()
    }

    func receive() {
        if life.stage == .lingering { return discard() }
        // Requests that are here already come first: else a client that sends faster than its requests are taken would
        // fill the memory. No interest is changed for that, since the loop doesn't sleep meanwhile.
        if life.hasDeferredRequests { return }
        let room = server.readBuffer
        switch transport.read(into: room) {
        case .moved(let count): received(UnsafeMutableRawBufferPointer(rebasing: room[..<count]))
        case .ended:
            life.inputEnded()
            endStreams()
        case .wouldBlock: return
        case .failed: return doom()
        }
        settle()
    }

    private func discard() {
        switch transport.read(into: server.readBuffer) {
        case .moved, .wouldBlock: return
        case .ended, .failed: doom()
        }
    }

    func markDirty() {
        if life.flushWanted() { server.markDirty(self) }
    }

    /// Sends what is there; asks for writability only when the kernel took less than all of it.
    func flush() {
        life.flushBegan()
        guard life.stage != .closed else { return }
        if !output.isEmpty {
            switch transport.send(output.bytes) {
            case .moved(let count):
                output.consume(count)
                since = server.loop.now
            case .wouldBlock: break
            case .failed: return doom()
            case .ended: preconditionFailure("a send doesn't report an end")
            }
            if life.takesRequests && !input.isEmpty && mayTakeRequest { deferRest() }
        }
        settle()
    }

    // MARK: State

    /// Brings interest, timeouts and the end of the connection in line with what has happened.
    func settle() {
        guard life.stage != .closed else { return }
        account()
        let step = life.settle(
            hasOutput: !output.isEmpty, hasUnanswered: queue.unanswered > 0, mayTakeRequest: mayTakeRequest,
            watchesForEnd: !streams.isEmpty && input.isEmpty,
            mustLeave: server.isDraining && framer.phase == .idle && !isExpected)
        switch step {
        case .stay: break
        case .watch(let interest): server.loop.setInterest(interest, of: registration)
        case .end: return finish(life.end(isClosing: server.isClosing, hasInput: !input.isEmpty))
        }
        updatePhase()
    }

    private func finish(_ end: ConnectionLife.End) {
        switch end {
        case .look: finish(life.looked(lookForUnread(), hasInput: !input.isEmpty))
        case .linger:
            input.release()
            transport.shutdownWrite()
            settle()
        case .close: doom()
        }
    }

    private func lookForUnread() -> ConnectionLife.Unread {
        switch transport.read(into: server.readBuffer) {
        case .moved: .bytes
        case .ended: .end
        case .wouldBlock, .failed: .nothing
        }
    }

    func account() {
        let bytes = bufferedBytes
        server.heldBytes += bytes - accountedBytes
        accountedBytes = bytes
    }

    /// Gives the connection up: no event reaches it any more, and the descriptor is closed before the loop sleeps.
    func doom() {
        guard life.stage != .closed else { return }
        life.close()
        completeLines()
        server.heldBytes -= accountedBytes
        server.loop.unregister(registration)
        server.connectionDoomed(self)
    }
}
