import Glibc

/// Who wants a connection. Called on the loop's thread.
protocol SocketConnectorOwner: AnyObject {
    func connectorFinished(_ socket: consuming FileDescriptor)
    func connectorFailed(_ error: SystemError)
}

/// One attempt to connect to one address.
final class SocketConnector: EventHandler {
    private unowned let loop: EventLoop
    private unowned let owner: any SocketConnectorOwner
    private var socket: FileDescriptor?
    private var registration: Registration?

    /// The owner is told of the end on a later turn of the loop.
    init(_ address: SocketAddress, loop: EventLoop, owner: any SocketConnectorOwner) throws(SystemError) {
        self.loop = loop
        self.owner = owner
        let socket = try address.beginConnecting()
        let raw = socket.raw
        self.socket = consume socket
        registration = try loop.register(raw, .write, self)
    }

    /// Ends the attempt. The owner is not told.
    func cancel() {
        if let registration { loop.unregister(registration) }
        registration = nil
        socket = nil
    }

    /// What an attempt to connect that is over has come to: 0, or errno.
    static func outcome(of socket: borrowing FileDescriptor) -> Int32 {
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(socket.raw, SOL_SOCKET, SO_ERROR, &code, &size) == 0 ? code : errno
    }

    func descriptorReady(_ ready: Readiness) {
        guard let registration, let socket = socket.take() else { return }
        loop.unregister(registration)
        self.registration = nil
        let code = Self.outcome(of: socket)
        guard code == 0 else { return owner.connectorFailed(SystemError(code: code, call: "connect")) }
        owner.connectorFinished(socket)
    }
}
