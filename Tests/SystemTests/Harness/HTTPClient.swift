/// A blocking client with one connection, opened when it is needed. Used by one thread.
///
/// It reads each answer strictly by its Content-Length, so that a byte too many shows up in front of the next one.
final class HTTPClient {
    private let port: UInt16
    private let timeoutSeconds: Int
    private var socket: ClientSocket?
    /// Bytes behind the last answer.
    private var received: [UInt8] = []

    private let server: ServerProcess?

    init(port: UInt16, timeoutSeconds: Int = 60, server: ServerProcess? = nil) {
        self.port = port
        self.server = server
        self.timeoutSeconds = timeoutSeconds
    }

    var isOpen: Bool { socket != nil }

    func open() throws(ClientError) {
        if socket == nil { socket = try ClientSocket(port: port, timeoutSeconds: timeoutSeconds) }
    }

    func close() {
        socket = nil
        received.removeAll()
    }

    func closeByReset() {
        socket?.closeByReset()
        close()
    }

    /// The server sees the end of our input; we still read.
    func endSending() { socket?.endSending() }

    func send(_ text: String) throws(ClientError) { try send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) throws(ClientError) {
        try open()
        try socket?.send(bytes)
    }

    /// The next answer. Its `Connection: close` must be followed by the end of the connection.
    func receive(toHead isHead: Bool = false) throws(ClientError) -> HTTPAnswer {
        var headEnd: Int?
        while true {
            headEnd = Self.endOfHead(received)
            if headEnd != nil { break }
            try receiveMore()
        }
        guard let headEnd else { throw .ended }
        let text = String(decoding: received[..<(headEnd - 4)], as: UTF8.self)
        let head = try HTTPAnswer(head: text, body: [])
        let bodyEnd = headEnd + (try head.bodyBytes(toHead: isHead))
        while received.count < bodyEnd { try receiveMore() }
        let answer = HTTPAnswer(status: head.status, headers: head.headers, body: Array(received[headEnd..<bodyEnd]))
        received.removeFirst(bodyEnd)
        return answer
    }

    /// Whether the connection ends now, without another byte. A reset counts as an end.
    func receivesEnd() throws(ClientError) -> Bool {
        guard received.isEmpty, socket != nil else { return false }
        do throws(ClientError) {
            return try socket?.receive(into: &received) == false
        } catch .ended {
            return true
        }
    }

    func request(
        _ method: String, _ path: String, headers: [String] = [], body: String? = nil
    ) throws(ClientError) -> HTTPAnswer {
        var text = "\(method) \(path) HTTP/1.1\r\nHost: test\r\n"
        for header in headers { text += header + "\r\n" }
        if let body {
            text += "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        } else {
            text += "\r\n"
        }
        do throws(ClientError) {
            try send(text)
            let answer = try receive(toHead: method == "HEAD")
            if answer["connection"] == "close" {
                guard try receivesEnd() else { throw .malformed("open after Connection: close") }
                close()
            }
            return answer
        } catch {
            close()
            throw error
        }
    }

    private func receiveMore() throws(ClientError) {
        try open()
        let before = received.count
        guard try socket?.receive(into: &received) == true, received.count > before else { throw .ended }
    }

    private static func endOfHead(_ bytes: [UInt8]) -> Int? {
        let end: [UInt8] = [13, 10, 13, 10]
        guard bytes.count >= 4 else { return nil }
        for index in 0...(bytes.count - 4) where bytes[index] == 13 && bytes[index..<(index + 4)].elementsEqual(end) {
            return index + 4
        }
        return nil
    }
}
