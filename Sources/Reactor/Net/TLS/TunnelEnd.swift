/// One of the two sockets of a tunnel, as the loop sees it.
final class TunnelEnd: EventHandler {
    private var socket: FileDescriptor?
    private var registration: Registration?
    private var interest: Readiness = []
    private var onReady: (Readiness) -> Void = { _ in }

    init(_ socket: consuming FileDescriptor) { self.socket = consume socket }

    /// The socket's descriptor, until the tunnel is closed.
    var descriptor: Int32 {
        guard let raw = socket?.raw else { preconditionFailure("the tunnel is closed") }
        return raw
    }

    func watch(
        _ interest: Readiness, on loop: EventLoop, _ onReady: @escaping (Readiness) -> Void
    ) throws(SystemError) {
        registration = try loop.register(descriptor, interest, self)
        self.interest = interest
        self.onReady = onReady
    }

    func setInterest(_ wanted: Readiness, on loop: EventLoop) {
        guard let registration, wanted != interest else { return }
        interest = wanted
        loop.setInterest(wanted, of: registration)
    }

    func close(on loop: EventLoop) {
        if let registration { loop.unregister(registration) }
        registration = nil
        socket = nil
    }

    func descriptorReady(_ ready: Readiness) { onReady(ready) }
}
