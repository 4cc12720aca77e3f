import Glibc

/// A client's address as text, written once when its connection is accepted.
struct PeerAddress {
    /// The longest IPv6 address with its end (INET6_ADDRSTRLEN).
    private var text = InlineArray<46, UInt8>(repeating: 0)
    private var count = 0

    /// Nothing for an address that is neither IPv4 nor IPv6.
    init(_ address: borrowing sockaddr_storage) {
        var copy = copy address
        let family = Int32(copy.ss_family)
        let offset: Int
        switch family {
        case AF_INET: offset = MemoryLayout<sockaddr_in>.offset(of: \.sin_addr) ?? 4
        case AF_INET6: offset = MemoryLayout<sockaddr_in6>.offset(of: \.sin6_addr) ?? 8
        default: return
        }
        var span = text.mutableSpan
        span.withUnsafeMutableBytes { room in
            withUnsafeBytes(of: &copy) { bytes in
                // Proof: both structures lie within a sockaddr_storage, and the room is the longest that is written.
                let room = room.assumingMemoryBound(to: CChar.self)
                if inet_ntop(family, bytes.baseAddress! + offset, room.baseAddress!, socklen_t(room.count)) != nil {
                    count = strlen(room.baseAddress!)
                }
            }
        }
    }

    func append(to buffer: inout ByteBuffer) {
        guard count > 0 else { return buffer.append(byte: UInt8(ascii: "-")) }
        text.span.withUnsafeBytes { buffer.append(UnsafeRawBufferPointer(rebasing: $0.prefix(count))) }
    }
}
