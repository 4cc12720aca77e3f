import Reactor
import Testing

@Suite("ResponseHead")
struct ResponseHeadTests {
    private static let date = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"

    private static func encode(_ head: ResponseHead, extra: StaticString = "") -> String {
        var buffer = ByteBuffer()
        let lines = UnsafeRawBufferPointer(start: extra.utf8Start, count: extra.utf8CodeUnitCount)
        head.encode(into: &buffer, date: DateCache(second: 784_111_777), extraLines: lines)
        return String(decoding: buffer.bytes, as: UTF8.self)
    }

    @Test("status line, date, type, length, further lines and the empty line come in this order")
    func order() {
        let head = ResponseHead(.accepted, contentType: "application/json", contentLength: 42)
        let text = Self.encode(head, extra: "Location: /orders/1\r\nX: 1\r\n")
        #expect(
            text == "HTTP/1.1 202 Accepted\r\n\(Self.date)Content-Type: application/json\r\nContent-Length: 42\r\n"
                + "Location: /orders/1\r\nX: 1\r\n\r\n")
    }

    @Test("an answer without a body still tells its length")
    func emptyBody() {
        #expect(Self.encode(ResponseHead(.ok)) == "HTTP/1.1 200 OK\r\n\(Self.date)Content-Length: 0\r\n\r\n")
    }

    @Test(
        "the Connection header says what the client can't know by default (RFC 9112 section 9.3)",
        arguments: [
            (UInt8(1), true, false, ""), (1, true, true, "Connection: close\r\n"),
            (1, false, false, "Connection: close\r\n"),
            (0, true, false, "Connection: keep-alive\r\n"), (0, true, true, "Connection: close\r\n"),
            (0, false, false, "Connection: close\r\n"),
        ])
    func connection(minorVersion: UInt8, keepAlive: Bool, isClosing: Bool, expected: String) {
        var request = RequestHead()
        request.minorVersion = minorVersion
        request.keepAlive = keepAlive
        let head = ResponseHead(.ok, connection: .init(answering: request, isClosing: isClosing))
        #expect(Self.encode(head) == "HTTP/1.1 200 OK\r\n\(Self.date)Content-Length: 0\r\n\(expected)\r\n")
    }

    @Test(
        "204, 304 and 1xx carry neither length nor body (RFC 9110 section 8.6)",
        arguments: [HTTPStatus.noContent, .notModified])
    func withoutBody(status: HTTPStatus) {
        let head = ResponseHead(status, contentType: "text/plain", contentLength: 5)
        #expect(!Self.encode(head).contains("Content-"))
        #expect(!head.isFollowedByBody(answering: .get))
        #expect(!HTTPStatus.continue.allowsBody)
    }

    @Test("HEAD is told the length that GET would get, and no body (RFC 9110 section 9.3.2)")
    func head() {
        let head = ResponseHead(.ok, contentType: "text/plain", contentLength: 5)
        #expect(Self.encode(head).contains("Content-Length: 5\r\n"))
        #expect(!head.isFollowedByBody(answering: .head))
        #expect(head.isFollowedByBody(answering: .get))
    }

    @Test(
        "an answer of unknown length is chunked, or ends with the connection (RFC 9112 section 6.3)",
        arguments: [(ResponseHead.Framing.chunked, "Transfer-Encoding: chunked\r\n"), (.untilClose, "")])
    func unknownLength(framing: ResponseHead.Framing, line: String) {
        let head = ResponseHead(.ok, contentType: "text/plain", framing: framing)
        #expect(Self.encode(head) == "HTTP/1.1 200 OK\r\n\(Self.date)Content-Type: text/plain\r\n\(line)\r\n")
        #expect(head.isFollowedByBody(answering: .get) && !head.isFollowedByBody(answering: .head))
    }

    @Test("each status line bears its own number", arguments: HTTPStatus.allCases)
    func statusLine(status: HTTPStatus) {
        let line = String(describing: status.line)
        #expect(line.hasPrefix("HTTP/1.1 \(status.rawValue) "))
        #expect(line.hasSuffix("\r\n") && line.utf8.count > 15)
    }

    @Test(
        "each rejection is a client's or a version's error with a sentence that JSON can hold as it is",
        arguments: HTTPRejection.allCases)
    func rejection(rejection: HTTPRejection) {
        let reason = String(describing: rejection.reason)
        #expect([400, 413, 414, 417, 431, 501, 505].contains(rejection.status.rawValue))
        #expect(reason.hasSuffix("."))
        #expect(reason.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f && $0 != 0x22 && $0 != 0x5c })
    }
}
