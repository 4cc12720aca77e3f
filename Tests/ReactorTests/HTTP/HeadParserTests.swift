import Reactor
import Testing

@Suite("HeadParser")
struct HeadParserTests {
    private static func withHead(
        _ text: String, _ body: (inout HeadParser, RequestHead, UnsafeRawBufferPointer) -> Void
    ) {
        let memory = GuardedMemory(capacity: text.utf8.count)
        let bytes = UnsafeRawBufferPointer(memory.place(Array(text.utf8)))
        var parser = HeadParser()
        var progress = HeadProgress()
        let result = parser.parse(bytes, progress: &progress, limits: HTTPLimits())
        guard case .complete(let head) = result else {
            Issue.record("\(result)")
            return
        }
        body(&parser, head, bytes)
    }

    private static func text(_ bytes: UnsafeRawBufferPointer?) -> String? {
        bytes.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("a header is found in any case, by its whole name, and the first of several wins")
    func lookup() {
        let lines =
            "TE: x\r\nDnT: 1\r\nX-Admin-Password:  s3cret \r\nIdempotency-Key: k\r\nidempotency-key: l\r\nAge:\r\n"
        Self.withHead(RequestRow.get(lines)) { parser, _, bytes in
            #expect(Self.text(parser.value(of: "te", in: bytes)) == "x")
            #expect(Self.text(parser.value(of: "dnt", in: bytes)) == "1")
            #expect(Self.text(parser.value(of: "host", in: bytes)) == "a")
            #expect(Self.text(parser.value(of: "x-admin-password", in: bytes)) == "s3cret")
            #expect(Self.text(parser.value(of: "idempotency-key", in: bytes)) == "k")
            #expect(Self.text(parser.value(of: "age", in: bytes))?.isEmpty == true)
            #expect(parser.value(of: "accept", in: bytes) == nil)
            #expect(parser.value(of: "idempotency-kex", in: bytes) == nil)
            #expect(parser.value(of: "idempotency-keys", in: bytes) == nil)
        }
    }

    @Test("names that differ from the wanted one only in bits of case are other names")
    func lookupNeighbours() {
        // Setting bit 0x20 turns each of these into nothing that the literals hold.
        Self.withHead(RequestRow.get("X^Y: 1\r\nX_Y: 2\r\nX~Y: 3\r\nX|Y: 4\r\n")) { parser, _, bytes in
            #expect(parser.value(of: "x-y", in: bytes) == nil)
        }
    }

    @Test("headers of an earlier, longer head are gone")
    func noStaleHeaders() {
        Self.withHead(RequestRow.get("X: 1\r\nY: 2\r\n")) { parser, _, _ in
            let memory = GuardedMemory(capacity: 100)
            let bytes = UnsafeRawBufferPointer(memory.place(Array(RequestRow.get("").utf8)))
            var progress = HeadProgress()
            guard case .complete(let head) = parser.parse(bytes, progress: &progress, limits: HTTPLimits()) else {
                Issue.record("incomplete")
                return
            }
            #expect(head.headerCount == 1)
            #expect(parser.value(of: "y", in: bytes) == nil)
        }
    }

    @Test("what was checked in an earlier call is not looked at again before the head is complete")
    func linear() {
        let text = Array(RequestRow.get("X-One: 1\r\nX-Two: a rather long value\r\n").utf8)
        var parser = HeadParser()
        var progress = HeadProgress()
        var spoiled: [UInt8] = []
        for byte in text.dropLast() {
            spoiled.append(byte)
            let result = spoiled.withUnsafeBytes { parser.parse($0, progress: &progress, limits: HTTPLimits()) }
            #expect(result == .incomplete)
            // Only a complete line is interpreted, so its bytes are needed until its line feed.
            if byte == UInt8(ascii: "\n") { spoiled = Array(repeating: 0, count: spoiled.count) }
        }
    }

    @Test("a value is checked once while its line grows")
    func linearInOneLine() {
        let start = Array("GET / HTTP/1.1\r\nX: aaaa".utf8)
        var parser = HeadParser()
        var progress = HeadProgress()
        _ = start.withUnsafeBytes { parser.parse($0, progress: &progress, limits: HTTPLimits()) }
        let spoiled = Array(repeating: UInt8(0), count: start.count) + Array("aaaa".utf8)
        let result = spoiled.withUnsafeBytes { parser.parse($0, progress: &progress, limits: HTTPLimits()) }
        #expect(result == .incomplete)
    }
}
