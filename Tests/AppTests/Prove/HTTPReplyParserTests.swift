import Testing

@testable import Prove

@Suite("Answers to prove's requests") struct HTTPReplyParserTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var text: String
        var status: Int
        var body = ""
        var staysOpen = true
        var testDescription: String { text.debugDescription }
    }

    private static let rows = [
        Row(text: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", status: 200, body: "hello"),
        Row(text: "HTTP/1.1 202\r\ncontent-length:0\r\n\r\n", status: 202),
        Row(text: "HTTP/1.1 204 No Content\r\n\r\n", status: 204),
        Row(
            text: "HTTP/1.1 503 Busy\r\nConnection: Close\r\nContent-Length: 2\r\n\r\n{}", status: 503, body: "{}",
            staysOpen: false),
        Row(text: "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", status: 200, body: "x", staysOpen: false),
        Row(text: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 No\r\nContent-Length: 1\r\n\r\nx", status: 404, body: "x"),
        Row(
            text:
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nT: v\r\n\r\n",
            status: 200, body: "abc0123456789"),
    ]

    @Test("A whole answer is read, and what is in front of its end waits for more", arguments: rows)
    func whole(row: Row) throws {
        let bytes = Array(row.text.utf8)
        for count in 0..<bytes.count {
            let progress = HTTPReplyParser.parse(Array(bytes[..<count]), hasEnded: false)
            #expect(progress == .incomplete, "\(count)")
        }
        guard case .reply(let reply, bytes.count) = HTTPReplyParser.parse(bytes + [7], hasEnded: false) else {
            Issue.record("\(HTTPReplyParser.parse(bytes + [7], hasEnded: false))")
            return
        }
        #expect(reply.status == row.status && reply.staysOpen == row.staysOpen)
        #expect(String(decoding: reply.body, as: UTF8.self) == row.body)
    }

    @Test("An answer without a length lasts to the end of the connection")
    func untilEnd() {
        let bytes = Array("HTTP/1.1 502 Bad\r\n\r\noops".utf8)
        #expect(HTTPReplyParser.parse(bytes, hasEnded: false) == .incomplete)
        let reply = HTTPReply(status: 502, body: Array("oops".utf8), staysOpen: false)
        #expect(HTTPReplyParser.parse(bytes, hasEnded: true) == .reply(reply, byteCount: bytes.count))
        let cut = Array("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell".utf8)
        #expect(HTTPReplyParser.parse(cut, hasEnded: true) == .incomplete)
    }

    @Test(
        "What is no answer is refused",
        arguments: [
            "SSH-2.0\r\n\r\n", "HTTP/2 200 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1 600 OK\r\n\r\n",
            "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
        ])
    func malformed(text: String) {
        guard case .malformed = HTTPReplyParser.parse(Array(text.utf8), hasEnded: false) else {
            Issue.record("\(HTTPReplyParser.parse(Array(text.utf8), hasEnded: false))")
            return
        }
    }

    @Test("An answer that was made without the cache says so")
    func bypass() {
        for (value, isBypass) in [
            ("spillway; fwd=bypass", true), ("Spillway;fwd=bypass;detail=x", true), ("a; hit, b; fwd=\"bypass\"", true),
            ("spillway; hit", false), ("spillway; fwd=miss", false), ("spillway; detail=fwd-bypass", false),
        ] {
            let reply = HTTPReply(status: 200, fields: [.init(name: "cache-status", value: value)])
            #expect(reply.bypassedCache == isBypass, "\(value)")
        }
        #expect(!HTTPReply(status: 200, fields: [.init(name: "x", value: "a; fwd=bypass")]).bypassedCache)
    }
}
