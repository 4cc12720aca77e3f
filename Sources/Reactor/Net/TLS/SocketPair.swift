import CEpoll
import Glibc

/// Two ends of a local connection, neither of which blocks.
struct SocketPair: ~Copyable {
    let near: FileDescriptor
    let far: FileDescriptor

    init() throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        let type = CEPOLL_SOCK_STREAM | CEPOLL_SOCK_NONBLOCK | CEPOLL_SOCK_CLOEXEC
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw SystemError(call: "socketpair") }
        near = FileDescriptor(owning: ends[0])
        far = FileDescriptor(owning: ends[1])
    }
}
