import Glibc

/// A client's end of a TCP connection to this machine. It never blocks: what is there is taken.
final class TestClient {
    struct Failure: Error {
        var call: String
        var code = errno
    }

    /// What a client has received, taken apart.
    struct Reply: Equatable {
        var status = 0
        /// In lower case.
        var headers: [String: String] = [:]
        var body = ""
    }

    private(set) var raw: Int32
    /// All that came and was not taken by ``takeReply(hasBody:)``.
    private(set) var received: [UInt8] = []
    /// The server has sent all it will.
    private(set) var hasEnded = false
    /// The errno that the connection broke with.
    private(set) var failure: Int32?

    /// - Parameter receiveBufferBytes: how much the kernel takes in for a client that doesn't read; it doubles that.
    init(port: UInt16, receiveBufferBytes: Int32? = nil) throws {
        raw = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard raw >= 0 else { throw Failure(call: "socket") }
        if var bytes = receiveBufferBytes {
            setsockopt(raw, SOL_SOCKET, SO_RCVBUF, &bytes, socklen_t(MemoryLayout<Int32>.size))
        }
        // Each byte that a test sends leaves at once.
        var isOn: Int32 = 1
        setsockopt(raw, Int32(IPPROTO_TCP), TCP_NODELAY, &isOn, socklen_t(MemoryLayout<Int32>.size))
        var address = Self.loopback(port: port)
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let outcome = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(raw, $0, size) }
        }
        guard outcome == 0 else {
            let failure = Failure(call: "connect")
            disconnect()
            throw failure
        }
        _ = fcntl(raw, F_SETFL, O_NONBLOCK)
    }

    deinit { disconnect() }

    static func loopback(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }

    var localPort: UInt16 {
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(raw, $0, &size) }
        }
        return UInt16(bigEndian: address.sin_port)
    }

    // MARK: Sending

    /// Returns how many bytes the kernel took.
    @discardableResult
    func send(_ text: String) -> Int { send(Array(text.utf8)) }

    @discardableResult
    func send(_ bytes: [UInt8]) -> Int { max(0, Glibc.send(raw, bytes, bytes.count, Int32(MSG_NOSIGNAL))) }

    func endInput() { shutdown(raw, Int32(SHUT_WR)) }

    /// Closes as a client does that has read everything.
    func disconnect() {
        guard raw >= 0 else { return }
        close(raw)
        raw = -1
    }

    /// Vanishes with a reset.
    func abort() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(raw, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        disconnect()
    }

    // MARK: Receiving

    /// Takes at most `limit` of the bytes that are there.
    func receive(limit: Int = .max) {
        var left = limit
        var chunk = [UInt8](repeating: 0, count: min(limit, 64 << 10))
        while left > 0 && !hasEnded && failure == nil {
            let got = read(raw, &chunk, min(left, chunk.count))
            if got > 0 {
                received += chunk[..<got]
                left -= got
            } else if got == 0 {
                hasEnded = true
            } else if errno == EAGAIN {
                return
            } else if errno != EINTR {
                failure = errno
            }
        }
    }

    var text: String {
        receive()
        return String(decoding: received, as: UTF8.self)
    }

    /// Whether nothing more will come.
    var isOver: Bool {
        receive()
        return hasEnded || failure != nil
    }

    /// Takes the first whole answer off what has been received.
    func takeReply(hasBody: Bool = true) -> Reply? {
        receive()
        let end = Array("\r\n\r\n".utf8)
        guard let headEnd = received.indices.first(where: { received[$0...].starts(with: end) }) else { return nil }
        let lines = String(decoding: received[..<headEnd], as: UTF8.self).split(separator: "\r\n")
        var reply = Reply(status: Int(lines[0].split(separator: " ")[1]) ?? 0)
        for line in lines.dropFirst() {
            let parts = line.split(separator: ": ", maxSplits: 1)
            reply.headers[parts[0].lowercased()] = parts.count == 2 ? String(parts[1]) : ""
        }
        let length = hasBody ? Int(reply.headers["content-length"] ?? "0") ?? 0 : 0
        let bodyStart = headEnd + 4
        guard received.count >= bodyStart + length else { return nil }
        reply.body = String(decoding: received[bodyStart..<bodyStart + length], as: UTF8.self)
        received.removeFirst(bodyStart + length)
        return reply
    }
}
