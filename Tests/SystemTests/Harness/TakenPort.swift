import Glibc
import TestServers

/// A port on 127.0.0.1 on which somebody else listens.
struct TakenPort: ~Copyable {
    private let socket: Descriptor
    let port: UInt16

    init() {
        socket = Descriptor(Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let raw = socket.raw
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                precondition(bind(raw, address, size) == 0 && listen(raw, 1) == 0, "errno \(errno)")
                precondition(getsockname(raw, address, &size) == 0, "errno \(errno)")
            }
        }
        port = UInt16(bigEndian: address.sin_port)
    }
}
