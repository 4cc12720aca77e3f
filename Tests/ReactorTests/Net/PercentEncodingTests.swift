import Reactor
import Testing

@Suite("PercentEncoding")
struct PercentEncodingTests {
    private static func decode(_ text: String, plusIsSpace: Bool = false) -> String? {
        let memory = GuardedMemory(capacity: text.utf8.count)
        var buffer = ByteBuffer()
        buffer.append("> ")
        let source = UnsafeRawBufferPointer(memory.place(Array(text.utf8)))
        guard let count = PercentEncoding.decode(source, into: &buffer, plusIsSpace: plusIsSpace) else {
            #expect(buffer.count == 2)
            return nil
        }
        #expect(buffer.count == 2 + count)
        return String(decoding: buffer.bytes.dropFirst(2), as: UTF8.self)
    }

    @Test(
        "escapes are replaced, and nothing else (RFC 3986 section 2.1)",
        arguments: [
            ("", ""), ("abc", "abc"), ("%41", "A"), ("a%2fb%2F", "a/b/"), ("%e4%B8%ad", "\u{4e2d}"), ("100%25", "100%"),
            ("%2541", "%41"), ("a+b", "a+b"), ("%00", "\u{0}"), ("%0d%0a", "\r\n"),
        ])
    func good(text: String, expected: String) {
        #expect(Self.decode(text) == expected)
    }

    @Test("a plus is a space only where the caller says so")
    func plus() {
        #expect(Self.decode("a+b%2B", plusIsSpace: true) == "a b+")
    }

    @Test(
        "a broken escape is refused and leaves the buffer as it was",
        arguments: ["%", "%4", "a%", "%4g", "%g4", "%%41", "% 41", "%+4", "%u0041"])
    func bad(text: String) {
        #expect(Self.decode(text) == nil)
    }
}
