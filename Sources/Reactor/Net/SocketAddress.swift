import CEpoll
import Glibc

/// An address that a socket can be connected or bound to.
package struct SocketAddress: Sendable {
    private let storage: sockaddr_storage
    private let size: socklen_t

    init(_ info: addrinfo) {
        var storage = sockaddr_storage()
        precondition(Int(info.ai_addrlen) <= MemoryLayout<sockaddr_storage>.size)
        memcpy(&storage, info.ai_addr, Int(info.ai_addrlen))
        self.storage = storage
        size = info.ai_addrlen
    }

    /// The address family, AF_INET or AF_INET6.
    var family: Int32 { Int32(storage.ss_family) }

    /// Calls `body` with what the system calls want to have.
    func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        withUnsafePointer(to: storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, size) }
        }
    }

    /// Begins to connect a new socket, which doesn't block; a connection under way is no error.
    package func beginConnecting() throws(SystemError) -> FileDescriptor {
        let type = CEPOLL_SOCK_STREAM | CEPOLL_SOCK_NONBLOCK | CEPOLL_SOCK_CLOEXEC
        let raw = Glibc.socket(family, type, 0)
        guard raw >= 0 else { throw SystemError(call: "socket") }
        let socket = FileDescriptor(owning: raw)
        var one: Int32 = 1
        // Who writes does so once in a turn of the loop: to wait for more would only delay what is there.
        setsockopt(raw, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        let outcome = withPointer { connect(raw, $0, $1) }
        guard outcome == 0 || errno == EINPROGRESS || errno == EINTR else { throw SystemError(call: "connect") }
        return socket
    }

    /// Connects and closes, to learn why somebody else could not connect, who doesn't tell; nil when that works. Blocks
    /// until `deadline` at most.
    package func connectFailure(until deadline: Deadline) -> String? {
        do throws(SystemError) {
            let socket = try beginConnecting()
            var watched = pollfd(fd: socket.raw, events: Int16(POLLOUT), revents: 0)
            guard poll(&watched, 1, Int32(clamping: deadline.milliseconds(from: .now()))) > 0 else {
                return "timed out"
            }
            let code = SocketConnector.outcome(of: socket)
            return code == 0 ? nil : String(cString: strerror(code))
        } catch {
            return String(cString: strerror(error.code))
        }
    }
}
