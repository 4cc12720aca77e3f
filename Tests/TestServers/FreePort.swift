import Glibc

/// A port on 127.0.0.1 on which nobody listens. Somebody may take it before its server does: then the server says so.
package enum FreePort {
    package static func next() -> UInt16 {
        let socket = Descriptor(Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        return withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                precondition(bind(socket.raw, address, size) == 0, "bind: errno \(errno)")
                precondition(getsockname(socket.raw, address, &size) == 0, "getsockname: errno \(errno)")
            }
            return UInt16(bigEndian: pointer.pointee.sin_port)
        }
    }
}
