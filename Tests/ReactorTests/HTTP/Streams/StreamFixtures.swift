@testable import Reactor

extension HTTPServerHarness {
    /// Begins a stream as the answer to the latest request for `target`; false when nothing may follow.
    func begin(_ target: String, _ first: String = "") -> Bool {
        guard let token = token(of: target) else { return false }
        return Self.lend(first) { first in
            var response = HTTPResponse(.ok)
            response.contentType = "text/event-stream"
            response.body = first
            return server.beginStream(to: token, response)
        }
    }

    func append(_ target: String, _ piece: String) -> Bool {
        guard let token = token(of: target) else { return false }
        return Self.lend(piece) { server.append($0, to: token) }
    }

    func end(_ target: String) {
        if let token = token(of: target) { server.end(token) }
    }

    private func token(of target: String) -> ResponseToken? {
        handler.seen.last { $0.target == target }?.token
    }

    private static func lend<Result>(_ text: String, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        var text = text
        return text.withUTF8 { body(UnsafeRawBufferPointer($0)) }
    }

    /// A client whose request for /stream has been answered with a stream that begins with `first`.
    func streamingClient(
        _ first: String = "", _ request: String? = nil, receiveBufferBytes: Int32? = nil
    ) throws -> TestClient {
        let client = try connect(receiveBufferBytes: receiveBufferBytes)
        let count = handler.seen.count
        client.send(request ?? get("/stream"))
        guard handled(count + 1), begin("/stream", first) else { throw TestClient.Failure(call: "beginStream") }
        settle()
        return client
    }
}

/// What a client has received of a chunked answer.
struct ReceivedStream: Equatable {
    var head = ""
    var pieces: [String] = []
    var isWhole = false
    /// Behind the end.
    var rest = ""

    /// nil when the head is not there yet, or what is there breaks the rules.
    init?(_ text: String) {
        guard let headEnd = text.firstRange(of: "\r\n\r\n") else { return nil }
        head = String(text[..<headEnd.upperBound])
        var rest = Array(text[headEnd.upperBound...].utf8)
        while !rest.isEmpty {
            guard let lineEnd = rest.firstIndex(of: 13), rest.count > lineEnd + 1, rest[lineEnd + 1] == 10,
                let size = Int(String(decoding: rest[..<lineEnd], as: UTF8.self), radix: 16)
            else { return nil }
            let start = lineEnd + 2
            guard rest.count >= start + size + 2, rest[(start + size)...].starts(with: [13, 10]) else { return nil }
            if size == 0 {
                isWhole = true
                self.rest = String(decoding: rest[(start + 2)...], as: UTF8.self)
                return
            }
            pieces.append(String(decoding: rest[start..<start + size], as: UTF8.self))
            rest.removeFirst(start + size + 2)
        }
    }
}
