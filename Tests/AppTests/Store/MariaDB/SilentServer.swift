import Glibc
import TestServers

/// Takes connections on 127.0.0.1, since the kernel does, and never says a word.
final class SilentServer {
    let port: UInt16
    let listener: Descriptor

    struct Failure: Error {}

    init() throws {
        port = FreePort.next()
        listener = Descriptor(socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0))
        var address = Self.address(port: port)
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener.raw, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard bound == 0, listen(listener.raw, 16) == 0 else { throw Failure() }
    }

    /// On 127.0.0.1.
    static func address(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }
}
