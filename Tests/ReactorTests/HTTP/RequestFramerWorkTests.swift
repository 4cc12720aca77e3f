import Reactor
import Testing

/// What has been judged is written over before more comes: a framer that looked at it again would refuse the request.
@Suite("RequestFramer: work for each byte")
struct RequestFramerWorkTests {
    /// Feeds `text` byte by byte behind `prefix`, which comes at once, and spoils each byte of it when two more are
    /// here; the first outcome that is not "more".
    private func outcome(prefix: String, _ text: String) -> FramerAction? {
        var parser = HeadParser()
        var framer = RequestFramer()
        var bytes = Array(prefix.utf8)
        let memory = GuardedMemory(capacity: prefix.utf8.count + text.utf8.count)
        for (index, byte) in ([nil] + Array(text.utf8).map { $0 as UInt8? }).enumerated() {
            if let byte { bytes.append(byte) }
            let input = memory.place(bytes)
            let action = framer.next(input, parser: &parser, limits: HTTPLimits(bodyBytes: 1 << 20))
            if action != .needMore { return action }
            bytes = Array(input)
            if index >= 3 { bytes[prefix.utf8.count + index - 3] = 0 }
        }
        return nil
    }

    @Test(
        "a byte that has been judged is not looked at again while more come, one at a time",
        arguments: [
            ("", String(repeating: "M", count: 5_000)),
            ("GET ", "/" + String(repeating: "t", count: 7_000)),
            ("GET / HTTP/1.1\r\nHost: x\r\n", String(repeating: "n", count: 10_000)),
            ("GET / HTTP/1.1\r\nHost: x\r\nX:", String(repeating: "v", count: 10_000)),
            ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n", String(repeating: "b", count: 8_999)),
            (
                "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
                "2000\r\n" + String(repeating: "c", count: 0x2000) + "\r\n1;x=" + String(repeating: "e", count: 4_000)
            ),
        ])
    func once(prefix: String, text: String) {
        #expect(outcome(prefix: prefix, text) == nil)
    }

    @Test("the check above would notice: a spoilt byte that is looked at is refused")
    func canFail() {
        // When a line has come to its end its name is looked at once more.
        #expect(outcome(prefix: "GET / HTTP/1.1\r\n", "Host: x\r\n\r\n") == .reject(.missingHost))
    }
}
