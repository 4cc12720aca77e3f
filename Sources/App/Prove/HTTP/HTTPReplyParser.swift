/// Reads one answer to a request with a body (RFC 9112): no answer to HEAD.
enum HTTPReplyParser {
    enum Progress: Equatable {
        case incomplete
        /// The bytes behind it belong to the next answer.
        case reply(HTTPReply, byteCount: Int)
        case malformed(String)
    }

    /// An answer that is longer has no end that we would wait for.
    static let maxBytes = 32 << 20
    private static let maxHeadBytes = 64 << 10

    /// Looks at all of an answer that has come. `hasEnded` says that nothing more will.
    static func parse(_ bytes: [UInt8], hasEnded: Bool) -> Progress {
        guard let headEnd = endOfHead(bytes) else {
            return bytes.count > maxHeadBytes ? .malformed("a head without an end") : .incomplete
        }
        let head = String(decoding: bytes[..<(headEnd - 4)], as: UTF8.self)
        guard var reply = Self.head(head) else { return .malformed("no head of HTTP/1: \(head.prefix(80))") }
        if (100..<200).contains(reply.status) {
            // An interim answer; the real one follows.
            switch parse(Array(bytes[headEnd...]), hasEnded: hasEnded) {
            case .reply(let reply, let count): return .reply(reply, byteCount: headEnd + count)
            case let other: return other
            }
        }
        if reply.status == 204 || reply.status == 304 { return .reply(reply, byteCount: headEnd) }
        if let coding = reply["transfer-encoding"] {
            guard coding.lowercased() == "chunked" else { return .malformed("Transfer-Encoding: \(coding)") }
            return chunked(reply, bytes, from: headEnd)
        }
        if let length = reply["content-length"] {
            guard let count = Int(length), (0...maxBytes).contains(count) else {
                return .malformed("Content-Length: \(length)")
            }
            guard bytes.count - headEnd >= count else { return .incomplete }
            reply.body = Array(bytes[headEnd..<(headEnd + count)])
            return .reply(reply, byteCount: headEnd + count)
        }
        guard hasEnded else { return .incomplete }
        reply.body = Array(bytes[headEnd...])
        reply.staysOpen = false
        return .reply(reply, byteCount: bytes.count)
    }

    private static func endOfHead(_ bytes: [UInt8]) -> Int? {
        bytes.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound
    }

    private static func head(_ text: String) -> HTTPReply? {
        let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
        let start = lines[0].split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard start.count >= 2, start[0].hasPrefix("HTTP/1."), start[1].count == 3, let status = Int(start[1]),
            (100...599).contains(status)
        else { return nil }
        var reply = HTTPReply(status: status)
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":"), colon > line.startIndex else { return nil }
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            reply.fields.append(HTTPReply.Field(name: line[..<colon].lowercased(), value: String(value)))
        }
        reply.staysOpen = start[0] == "HTTP/1.1" && reply["connection"]?.lowercased() != "close"
        return reply
    }

    private static func chunked(_ reply: HTTPReply, _ bytes: [UInt8], from start: Int) -> Progress {
        var reply = reply
        var position = start
        while let lineEnd = endOfLine(bytes, from: position) {
            let digits = bytes[position..<lineEnd].prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") }
            guard let size = Int(String(decoding: digits, as: UTF8.self), radix: 16), (0...maxBytes).contains(size)
            else { return .malformed("the size of a chunk") }
            position = lineEnd + 2
            if size == 0 { return trailers(reply, bytes, from: position) }
            guard bytes.count >= position + size + 2 else { return .incomplete }
            reply.body += bytes[position..<(position + size)]
            position += size + 2
        }
        return .incomplete
    }

    /// Skips the lines up to the empty one.
    private static func trailers(_ reply: HTTPReply, _ bytes: [UInt8], from start: Int) -> Progress {
        var position = start
        while let lineEnd = endOfLine(bytes, from: position) {
            if lineEnd == position { return .reply(reply, byteCount: lineEnd + 2) }
            position = lineEnd + 2
        }
        return .incomplete
    }

    /// The offset of the line's CRLF.
    private static func endOfLine(_ bytes: [UInt8], from start: Int) -> Int? {
        guard start < bytes.count else { return nil }
        return bytes[start...].firstRange(of: [UInt8(ascii: "\r"), UInt8(ascii: "\n")])?.lowerBound
    }
}
