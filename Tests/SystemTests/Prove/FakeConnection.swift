import Glibc
import TestServers

/// A request as a fake service looks at it.
struct FakeRequest {
    var method: String
    var path: String
    /// Of the header Idempotency-Key.
    var key: String?
    var body: String
}

/// One client of a fake service, on a thread of its own.
struct FakeConnection {
    private let socket: Descriptor

    init(_ socket: Descriptor) { self.socket = socket }

    /// Answers with a status and a body until the client closes. `headerLines` go into every answer.
    func serve(headerLines: String = "", _ answer: (FakeRequest) -> (Int, String)) {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 14)
        while true {
            while let (request, count) = Self.request(bytes) {
                bytes.removeFirst(count)
                let (status, body) = answer(request)
                let text =
                    "HTTP/1.1 \(status) X\r\n\(headerLines)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
                guard send(Array(text.utf8)) else { return }
            }
            let count = recv(socket.raw, &chunk, chunk.count, 0)
            guard count > 0 else { return }
            bytes += chunk[..<count]
        }
    }

    private func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(socket.raw, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// The first whole request, and how many bytes it has.
    private static func request(_ bytes: [UInt8]) -> (FakeRequest, Int)? {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        let words = lines[0].split(separator: " ")
        func value(_ name: String) -> String? {
            lines.first { $0.hasPrefix("\(name): ") }.map { String($0.dropFirst(name.count + 2)) }
        }
        let bodyEnd = end.upperBound + (value("Content-Length").flatMap { Int($0) } ?? 0)
        guard words.count == 3, bytes.count >= bodyEnd else { return nil }
        let body = String(decoding: bytes[end.upperBound..<bodyEnd], as: UTF8.self)
        let request = FakeRequest(
            method: String(words[0]), path: String(words[1]), key: value("Idempotency-Key"), body: body)
        return (request, bodyEnd)
    }
}

/// Listens on a port of 127.0.0.1 that the system chooses.
struct LoopbackListener {
    let descriptor: Descriptor
    let port: UInt16

    init() {
        let socket = Descriptor(Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                precondition(bind(socket.raw, address, size) == 0 && listen(socket.raw, 64) == 0, "errno \(errno)")
                precondition(getsockname(socket.raw, address, &size) == 0, "errno \(errno)")
            }
        }
        descriptor = socket
        port = UInt16(bigEndian: address.sin_port)
    }
}
