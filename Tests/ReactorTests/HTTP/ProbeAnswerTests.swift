import Testing

@testable import Reactor

@Suite("What a probe reads of an answer") struct ProbeAnswerTests {
    private func parse(_ text: String) -> ProbeAnswer? {
        var buffer = ByteBuffer()
        buffer.append(string: text)
        return ProbeAnswer(buffer.bytes)
    }

    @Test("The status, and the body as one line")
    func whole() {
        #expect(
            parse("HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"status\":\"ok\"}")
                == ProbeAnswer(status: 200, text: #"{"status":"ok"}"#))
        #expect(
            parse("HTTP/1.0 503 \r\n\r\ndown\r\n\u{1B}[2Jsince\tyesterday\u{7F}")
                == ProbeAnswer(status: 503, text: "down   [2Jsince yesterday "))
    }

    @Test("A head that is not all there is no answer, wherever it ends")
    func cut() {
        let head = "HTTP/1.1 200 OK\r\nA: b\r\n\r\n"
        for count in 0..<head.utf8.count {
            #expect(parse(String(decoding: head.utf8.prefix(count), as: UTF8.self)) == nil, "\(count) bytes")
        }
        #expect(parse(head) == ProbeAnswer(status: 200, text: ""))
    }

    @Test(
        "What is not HTTP is no answer",
        arguments: [
            "HTTP/2.0 200 OK\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n", "HTTP/1.1 099 OK\r\n\r\n", "HTTP/1.1 999 OK\r\n\r\n",
            "HTTP/1.1-200 OK\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n\r\n", "HTTP/1.\r\n\r\n",
        ])
    func foreign(text: String) { #expect(parse(text) == nil) }

    @Test("A long body is cut")
    func long() {
        let body = String(repeating: "x", count: 5_000)
        #expect(parse("HTTP/1.1 200 OK\r\n\r\n\(body)") == ProbeAnswer(status: 200, text: String(body.prefix(2_000))))
    }
}
