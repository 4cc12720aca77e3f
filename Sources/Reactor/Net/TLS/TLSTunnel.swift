import Glibc

/// Who uses a tunnel. Called on the loop's thread.
protocol TLSTunnelOwner: AnyObject {
    /// The tunnel is of no more use, and the owner closes it. Called once; `reason` is one clause.
    func tunnelFailed(_ reason: String)
}

/// Carries bytes between a plain local socket and a server behind TLS, on the loop.
///
/// For a client library that knows no TLS, such as hiredis 0.14: it talks to the other end of the local socket. Both
/// directions are bounded: a side that doesn't take what it is sent stops the other one from being read.
final class TLSTunnel {
    /// So many bytes wait in one direction, and one TLS record more at most.
    private static let bufferLimit = 1 << 18
    private static let readBytes = 1 << 14
    /// How often a socket is read in one event, at most.
    private static let readsPerEvent = 16

    private unowned let loop: EventLoop
    private unowned let owner: any TLSTunnelOwner
    private let session: TLSSession
    private let server: TunnelEnd
    private let local: TunnelEnd
    /// The handshake is done, and the server is who it should be.
    private(set) var isUp = false
    private var isOver = false
    private var serverEnded = false
    private var toServer = ByteBuffer()
    private var toLocal = ByteBuffer()
    private var input = ByteBuffer(capacity: readBytes)

    /// Takes over both sockets, which are connected and don't block, and begins the handshake.
    init(
        _ context: TLSContext, host: String, server: consuming FileDescriptor, local: consuming FileDescriptor,
        loop: EventLoop, owner: any TLSTunnelOwner
    ) throws {
        self.loop = loop
        self.owner = owner
        session = try TLSSession(context, host: host)
        self.server = TunnelEnd(server)
        self.local = TunnelEnd(local)
        try self.server.watch(.read, on: loop) { [unowned self] in serverReady($0) }
        do {
            try self.local.watch([], on: loop) { [unowned self] in localReady($0) }
        } catch {
            self.server.close(on: loop)
            throw error
        }
        advance()
        flush()
    }

    /// Says goodbye as far as the socket takes it at once, and closes both sockets.
    func close() {
        isOver = true
        if isUp {
            session.sayGoodbye()
            session.takeOutput(into: &toServer)
        }
        if !toServer.isEmpty { _ = Syscall.send(server.descriptor, toServer.bytes) }
        server.close(on: loop)
        local.close(on: loop)
    }

    /// Sends what the local side has written, before the loop sleeps.
    func flush() {
        guard !isOver else { return }
        encrypt()
        sendToServer()
        settle()
    }

    // MARK: Events

    private func serverReady(_ ready: Readiness) {
        guard !isOver else { return }
        if ready.contains(.write) { sendToServer() }
        if ready.contains(.read) || !ready.isDisjoint(with: .hangUp) { receive() }
        settle()
    }

    private func localReady(_ ready: Readiness) {
        guard !isOver else { return }
        if ready.contains(.write) { sendToLocal() }
        if ready.contains(.read) { encrypt() }
        sendToServer()
        settle()
    }

    // MARK: From the server

    private func receive() {
        for _ in 0..<Self.readsPerEvent {
            guard !isOver, !serverEnded, toLocal.count < Self.bufferLimit else { return }
            let room = UnsafeMutableRawBufferPointer(rebasing: input.reserve(Self.readBytes).prefix(Self.readBytes))
            switch Syscall.read(server.descriptor, into: room) {
            case .moved(let count):
                session.feed(UnsafeRawBufferPointer(rebasing: room[..<count]))
                advance()
                if count < room.count { return }
            case .wouldBlock: return
            case .ended: return endOfServer()
            case .failed(let code): return fail(String(cString: strerror(code)))
            }
        }
    }

    /// Goes on with the session after bytes of the server have come, or the local side has taken some.
    private func advance() {
        if !isUp {
            switch session.handshake() {
            case .done: isUp = true
            case .needsInput: break
            case .ended: return fail("the server closed the connection")
            case .failed(let reason):
                // The alert that tells the server why.
                session.takeOutput(into: &toServer)
                return fail(reason)
            }
        }
        if isUp { decrypt() }
        guard !isOver else { return }
        session.takeOutput(into: &toServer)
        sendToServer()
    }

    private func decrypt() {
        let progress = session.read(into: &toLocal, limit: Self.bufferLimit)
        sendToLocal()
        switch progress {
        case .done, .needsInput: break
        case .ended: endOfServer()
        case .failed(let reason): fail(reason)
        }
    }

    /// The local side sees it behind everything that came before.
    private func endOfServer() {
        guard isUp else { return fail("the server closed the connection") }
        serverEnded = true
    }

    private func sendToLocal() {
        guard !isOver, !toLocal.isEmpty else { return }
        switch Syscall.send(local.descriptor, toLocal.bytes) {
        case .moved(let count): toLocal.consume(count)
        case .wouldBlock: break
        case .failed(let code): fail(String(cString: strerror(code)))
        case .ended: preconditionFailure("send(2) doesn't report an end")
        }
    }

    // MARK: To the server

    private func encrypt() {
        guard isUp else { return }
        for _ in 0..<Self.readsPerEvent {
            guard !isOver, toServer.count < Self.bufferLimit else { return }
            let room = UnsafeMutableRawBufferPointer(rebasing: input.reserve(Self.readBytes).prefix(Self.readBytes))
            switch Syscall.read(local.descriptor, into: room) {
            case .moved(let count):
                if case .failed(let reason) = session.write(UnsafeRawBufferPointer(rebasing: room[..<count])) {
                    return fail(reason)
                }
                session.takeOutput(into: &toServer)
                if count < room.count { return }
            case .wouldBlock, .ended: return
            case .failed(let code): return fail(String(cString: strerror(code)))
            }
        }
    }

    private func sendToServer() {
        guard !isOver, !toServer.isEmpty else { return }
        switch Syscall.send(server.descriptor, toServer.bytes) {
        case .moved(let count): toServer.consume(count)
        case .wouldBlock: break
        case .failed(let code): fail(String(cString: strerror(code)))
        case .ended: preconditionFailure("send(2) doesn't report an end")
        }
    }

    // MARK: State

    private func settle() {
        // Room for what was decrypted no further than the limit.
        if !isOver && isUp && toLocal.isEmpty && !serverEnded { decrypt() }
        guard !isOver else { return }
        if serverEnded && toLocal.isEmpty { Syscall.shutdownWrite(local.descriptor) }
        var fromServer: Readiness = serverEnded || toLocal.count >= Self.bufferLimit ? [] : .read
        if !toServer.isEmpty { fromServer.insert(.write) }
        server.setInterest(fromServer, on: loop)
        var fromLocal: Readiness = isUp && toServer.count < Self.bufferLimit ? .read : []
        if !toLocal.isEmpty { fromLocal.insert(.write) }
        local.setInterest(fromLocal, on: loop)
    }

    private func fail(_ reason: String) {
        guard !isOver else { return }
        isOver = true
        server.setInterest([], on: loop)
        local.setInterest([], on: loop)
        owner.tunnelFailed(reason)
    }
}
