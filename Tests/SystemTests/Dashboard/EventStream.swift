/// A viewer of the dashboard without a browser: reads its events strictly, chunk by chunk and line by line.
final class EventStream {
    struct Event {
        let text: String
        let json: JSON

        /// A member of a member.
        subscript(_ outer: String, _ inner: String) -> JSON? { json[outer]?[inner] }
    }

    private let socket: ClientSocket
    private var received: [UInt8] = []
    private var body: [UInt8] = []
    /// The end mark of the body has come.
    private(set) var isWhole = false
    let head: HTTPAnswer

    private let server: ServerProcess

    /// Reads up to the end of the head.
    init(_ server: ServerProcess, receiveBufferBytes: Int32? = nil) throws {
        self.server = server
        socket = try ClientSocket(port: server.port, timeoutSeconds: 60, receiveBufferBytes: receiveBufferBytes)
        try socket.send(Array("GET /dashboard/events HTTP/1.1\r\nHost: test\r\n\r\n".utf8))
        let end = Array("\r\n\r\n".utf8)
        while received.firstRange(of: end) == nil {
            guard try socket.receive(into: &received) else { throw ClientError.ended }
        }
        let headEnd = received.firstRange(of: end)?.lowerBound ?? 0
        head = try HTTPAnswer(head: String(decoding: received[..<headEnd], as: UTF8.self), body: [])
        received.removeFirst(headEnd + end.count)
    }

    /// The next event; nil when the stream has ended, or the connection has.
    func next() throws -> Event? {
        while true {
            if let event = try takeEvent() { return event }
            guard try receiveChunk() else { return nil }
        }
    }

    /// The first event from here on for which `condition` holds; nil when the stream ends, or after `limit` events.
    func first(within limit: Int = 60, where condition: (Event) -> Bool) throws -> Event? {
        for _ in 0..<limit {
            guard let event = try next() else { return nil }
            if condition(event) { return event }
        }
        return nil
    }

    /// Whether nothing came behind the end, and the server has closed.
    func endsCleanly() throws -> Bool {
        var isOpen = true
        while isOpen { isOpen = try socket.receive(into: &received) }
        return isWhole && body.isEmpty && received.isEmpty
    }

    /// A line that begins with "retry: " is no event.
    private func takeEvent() throws -> Event? {
        while let end = body.firstRange(of: Array("\n\n".utf8)) {
            let lines = String(decoding: body[..<end.lowerBound], as: UTF8.self).split(separator: "\n")
            body.removeFirst(end.upperBound)
            if lines.count == 1, lines[0].hasPrefix("retry: ") { continue }
            guard lines.count == 1, lines[0].hasPrefix("data: ") else { throw ClientError.malformed("\(lines)") }
            let text = String(lines[0].dropFirst("data: ".count))
            guard let json = JSON(Array(text.utf8), takesFractions: true) else { throw ClientError.malformed(text) }
            return Event(text: text, json: json)
        }
        return nil
    }

    private func receiveChunk() throws -> Bool {
        while true {
            if let lineEnd = received.firstRange(of: Array("\r\n".utf8)) {
                let digits = String(decoding: received[..<lineEnd.lowerBound], as: UTF8.self)
                guard let size = Int(digits, radix: 16) else { throw ClientError.malformed("chunk size \(digits)") }
                let end = lineEnd.upperBound + size
                if received.count >= end + 2 {
                    guard received[end...].starts(with: [13, 10]) else { throw ClientError.malformed("chunk end") }
                    body += received[lineEnd.upperBound..<end]
                    received.removeFirst(end + 2)
                    isWhole = size == 0
                    return size > 0
                }
            }
            guard try socket.receive(into: &received) else { return false }
        }
    }
}
