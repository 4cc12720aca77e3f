import Glibc

/// Takes new connections from the listener of one event loop, and makes room for them when there is none.
final class Acceptor: EventHandler, TimerHandler {
    // The server keeps it alive, and is kept by the one who lets the loop turn.
    private unowned let server: HTTPServer
    private var listener: Listener?
    private var listening: Registration?

    /// Accepts from now on, or when it is told to ``open()``.
    init(_ listener: consuming Listener, server: HTTPServer) throws(SystemError) {
        self.server = server
        let (descriptor, isOpen) = (listener.descriptor, listener.isListening)
        self.listener = consume listener
        // A socket that doesn't listen is always ready, for nothing.
        if isOpen { listening = try server.loop.register(descriptor, .read, self) }
    }

    /// Lets clients in, or goes on to. What there is no room for now is tried again.
    func open() {
        guard let descriptor = listener?.descriptor, listening == nil else { return }
        do throws(SystemError) {
            try listener?.listen()
            listening = try server.loop.register(descriptor, .read, self)
        } catch {
            pause()
        }
    }

    func descriptorReady(_ ready: Readiness) {
        guard accept(atMost: server.limits.acceptsPerTurn) == .outOfDescriptors else { return }
        // One that idles gives way. Its descriptor is free before the loop sleeps next, and the listener still says
        // then that somebody waits. Each turn ends one at most, and never one that came just now: this can't turn in
        // circles.
        guard !server.closeLongestIdle() else { return }
        stopListening()
        pause()
    }

    /// Takes everybody who waits to be accepted, whom closing the listener would reset, and closes it then.
    ///
    /// Whose handshake ends between the two is reset, or goes to another listener of the port where
    /// net.ipv4.tcp_migrate_req is set.
    func finish() {
        // More can't wait, and more than that would have come meanwhile.
        _ = accept(atMost: Int(Listener.backlog))
        stopListening()
        listener = nil
    }

    func timerFired(_ timer: TimerID) { open() }

    private enum Outcome {
        case done
        case outOfDescriptors
    }

    private func accept(atMost count: Int) -> Outcome {
        for _ in 0..<count {
            var peer = sockaddr_storage()
            // A drain earlier in this batch of events has closed the listener.
            guard let result = listener?.accept(peer: &peer) else { return .done }
            switch result {
            case .accepted(let raw): server.admit(Transport(FileDescriptor(owning: raw)), PeerAddress(peer))
            case .gone: continue
            case .wouldBlock: return .done
            case .exhausted: return .outOfDescriptors
            }
        }
        return .done
    }

    private func stopListening() {
        if let listening { server.loop.unregister(listening) }
        listening = nil
    }

    private func pause() { server.loop.schedule(afterMilliseconds: server.limits.acceptPauseMilliseconds, self) }
}
