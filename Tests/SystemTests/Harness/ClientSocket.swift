import Glibc

/// Why a client got no answer.
enum ClientError: Error, Equatable {
    case refused
    /// The server closed, cleanly or not, before a whole answer had come.
    case ended
    case timedOut
    /// What came breaks the rules of HTTP.
    case malformed(String)
}

/// A blocking TCP connection to a port on 127.0.0.1.
struct ClientSocket: ~Copyable {
    private let raw: Int32

    /// - Parameter receiveBufferBytes: how much the kernel takes in for a client that doesn't read; it doubles that.
    init(port: UInt16, timeoutSeconds: Int, receiveBufferBytes: Int32? = nil) throws(ClientError) {
        raw = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        precondition(raw >= 0, "socket: errno \(errno)")
        var limit = timeval(tv_sec: timeoutSeconds, tv_usec: 0)
        setsockopt(raw, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(raw, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        if var bytes = receiveBufferBytes {
            setsockopt(raw, SOL_SOCKET, SO_RCVBUF, &bytes, socklen_t(MemoryLayout<Int32>.size))
        }
        var one: Int32 = 1
        setsockopt(raw, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let outcome = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(raw, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard outcome == 0 else { throw errno == ECONNREFUSED ? .refused : .ended }
    }

    deinit { close(raw) }

    func send(_ bytes: [UInt8]) throws(ClientError) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(raw, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw errno == EAGAIN ? .timedOut : .ended }
            sent += count
        }
    }

    /// Appends what has come to `bytes`; false when the server has closed its side.
    func receive(into bytes: inout [UInt8]) throws(ClientError) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 1 << 14)
        while true {
            let count = recv(raw, &chunk, chunk.count, 0)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw errno == EAGAIN ? .timedOut : .ended }
            bytes += chunk[..<count]
            return count > 0
        }
    }

    func endSending() { shutdown(raw, Int32(SHUT_WR)) }

    /// From now on a close is a reset, as when the client's machine has gone.
    func closeByReset() {
        var abrupt = linger(l_onoff: 1, l_linger: 0)
        setsockopt(raw, SOL_SOCKET, SO_LINGER, &abrupt, socklen_t(MemoryLayout<linger>.size))
    }
}
