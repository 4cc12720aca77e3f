import CEpoll
import Glibc

/// An address that a socket can be connected to.
struct SocketAddress: Sendable {
    private let storage: sockaddr_storage
    private let size: socklen_t

    init(_ info: addrinfo) {
        var storage = sockaddr_storage()
        precondition(Int(info.ai_addrlen) <= MemoryLayout<sockaddr_storage>.size)
        memcpy(&storage, info.ai_addr, Int(info.ai_addrlen))
        self.storage = storage
        size = info.ai_addrlen
    }

    /// Begins to connect a new socket, which doesn't block; a connection under way is no error.
    func beginConnecting() throws(SystemError) -> FileDescriptor {
        let type = CEPOLL_SOCK_STREAM | CEPOLL_SOCK_NONBLOCK | CEPOLL_SOCK_CLOEXEC
        let raw = Glibc.socket(Int32(storage.ss_family), type, 0)
        guard raw >= 0 else { throw SystemError(call: "socket") }
        let socket = FileDescriptor(owning: raw)
        var one: Int32 = 1
        // Who writes does so once in a turn of the loop: to wait for more would only delay what is there.
        setsockopt(raw, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        let outcome = withUnsafePointer(to: storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(raw, $0, size) }
        }
        guard outcome == 0 || errno == EINPROGRESS || errno == EINTR else { throw SystemError(call: "connect") }
        return socket
    }
}
