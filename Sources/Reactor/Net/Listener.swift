import CEpoll
import Glibc

/// A listening TCP socket. Every event loop has one of its own on the same port (SO_REUSEPORT): the kernel spreads the
/// connections, and no loop wakes another.
package struct Listener: ~Copyable, Sendable {
    let socket: FileDescriptor
    /// The port in host order; the kernel's choice when 0 was asked for.
    package let port: UInt16
    /// Whether it has listened from the beginning.
    let isListening: Bool

    package var descriptor: Int32 { socket.raw }

    /// Connections that the kernel completes ahead of accept(2); its own limit is net.core.somaxconn.
    package static let backlog: Int32 = 4096

    /// Throws when somebody listens on the port already. A listener alone would not: who sets SO_REUSEPORT too and has
    /// the same user shares it without a word.
    package static func checkFree(host: String, port: UInt16) throws(SystemError) {
        _ = try bound(host: host, port: port, isShared: false)
    }

    /// `host` is an address or a name; a name is looked up here, so call this before the loop runs.
    ///
    /// - Parameter isListening: false: nobody gets in before ``listen()``; others on the port have them all.
    package init(host: String, port: UInt16, isListening: Bool = true) throws(SystemError) {
        let socket = try Self.bound(host: host, port: port, isShared: true)
        if isListening { try Self.listen(socket.raw) }
        self.port = try Self.boundPort(socket.raw)
        self.socket = socket
        self.isListening = isListening
    }

    /// Lets clients in, if it doesn't yet.
    func listen() throws(SystemError) { try Self.listen(socket.raw) }

    private static func listen(_ socket: Int32) throws(SystemError) {
        guard Glibc.listen(socket, backlog) == 0 else { throw SystemError(call: "listen") }
    }

    private static func bound(host: String, port: UInt16, isShared: Bool) throws(SystemError) -> FileDescriptor {
        let address = try address(of: host, port: port)
        let socket = try open(family: address.family, isShared: isShared)
        guard address.withPointer({ bind(socket.raw, $0, $1) }) == 0 else {
            throw SystemError(call: "bind(\(host):\(port))")
        }
        return socket
    }

    private static func address(of host: String, port: UInt16) throws(SystemError) -> SocketAddress {
        var code = EADDRNOTAVAIL
        switch NameLookup.addresses(of: host, port: port, for: .listening) {
        case .addresses(let addresses):
            if let first = addresses.first { return first }
        case .failed(let failure): code = failure.systemCode ?? code
        }
        throw SystemError(code: code, call: "getaddrinfo(\(host))")
    }

    private static func open(family: Int32, isShared: Bool) throws(SystemError) -> FileDescriptor {
        let type = CEPOLL_SOCK_STREAM | CEPOLL_SOCK_NONBLOCK | CEPOLL_SOCK_CLOEXEC
        let raw = Glibc.socket(family, type, 0)
        guard raw >= 0 else { throw SystemError(call: "socket") }
        // Accepted sockets inherit TCP_NODELAY, which saves a system call for each.
        let options: [(level: Int32, name: Int32)] = [
            (SOL_SOCKET, SO_REUSEADDR), (SOL_SOCKET, SO_REUSEPORT), (Int32(IPPROTO_TCP), TCP_NODELAY),
        ]
        for option in options {
            var one: Int32 = option.name == SO_REUSEPORT && !isShared ? 0 : 1
            guard setsockopt(raw, option.level, option.name, &one, socklen_t(MemoryLayout<Int32>.size)) == 0 else {
                let error = SystemError(call: "setsockopt")
                close(raw)
                throw error
            }
        }
        return FileDescriptor(owning: raw)
    }

    /// What one accept came to.
    enum AcceptResult {
        case accepted(Int32)
        case wouldBlock
        /// The connection was gone before it was taken; try the next.
        case gone
        /// No descriptor or memory is left: stop accepting for a while. The value is errno.
        case exhausted(Int32)
    }

    func accept(peer: inout sockaddr_storage) -> AcceptResult {
        while true {
            let raw = cepoll_accept(socket.raw, &peer)
            if raw >= 0 { return .accepted(raw) }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .wouldBlock
            case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted(errno)
            // accept(2): errors of the new connection itself are to be treated like EAGAIN by retrying.
            default: return .gone
            }
        }
    }

    private static func boundPort(_ socket: Int32) throws(SystemError) -> UInt16 {
        var address = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let outcome = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &size) }
        }
        guard outcome == 0 else { throw SystemError(call: "getsockname") }
        // sin_port and sin6_port lie at the same offset.
        return withUnsafeBytes(of: address) { UInt16(bigEndian: $0.load(fromByteOffset: 2, as: UInt16.self)) }
    }
}
