import Testing

@testable import Reactor

@Suite("Access log: text of clients")
struct AccessLogEscapeTests {
    private func logged(_ bytes: [UInt8], _ place: AccessLogFormat.Place) -> String {
        var buffer = ByteBuffer()
        bytes.withUnsafeBytes { buffer.append(logged: $0, place) }
        return String(decoding: buffer.bytes, as: UTF8.self)
    }

    @Test(
        "what could end a line or a field, or pass for an escape, is shown in hexadecimal",
        arguments: [
            ("", "-"), ("plain", "plain"), ("-", "-"), ("a b", "a b"), ("a\"b", #"a\x22b"#), ("a\\b", #"a\x5cb"#),
            ("\\x41", #"\x5cx41"#), ("a\r\nb", #"a\x0d\x0ab"#), ("\t\0\u{1b}\u{7f}", #"\x09\x00\x1b\x7f"#),
            ("grüß 日本 👍🏽", "grüß 日本 👍🏽"), ("\u{80}\u{9b}\u{9f}\u{a0}", "\\xc2\\x80\\xc2\\x9b\\xc2\\x9f\u{a0}"),
            ("\u{2027}\u{2028}\u{2029}\u{202a}", "\u{2027}\\xe2\\x80\\xa8\\xe2\\x80\\xa9\u{202a}"),
        ])
    func quoted(text: String, shown: String) {
        #expect(logged(Array(text.utf8), .quoted) == shown)
    }

    @Test("outside of quotes a blank would be the end of the field")
    func bare() {
        #expect(logged(Array("a b\"c".utf8), .bare) == #"a\x20b\x22c"#)
    }

    @Test(
        "bytes that are not UTF-8 are shown one by one, those around them as they are",
        arguments: [
            ([0xff], #"\xff"#), ([0x61, 0x80, 0x62], #"a\x80b"#), ([0xc3], #"\xc3"#), ([0xc3, 0x28], #"\xc3("#),
            // Overlong, a surrogate, beyond the last scalar, cut short.
            ([0xc0, 0xaf], #"\xc0\xaf"#), ([0xe0, 0x80, 0xaf], #"\xe0\x80\xaf"#),
            ([0xed, 0xa0, 0x80], #"\xed\xa0\x80"#), ([0xf4, 0x90, 0x80, 0x80], #"\xf4\x90\x80\x80"#),
            ([0xf0, 0x9f, 0x91], #"\xf0\x9f\x91"#), ([0xf0, 0x9f, 0x91, 0x8d], "👍"), ([0xf5, 0x80], #"\xf5\x80"#),
        ] as [([UInt8], String)])
    func broken(bytes: [UInt8], shown: String) {
        #expect(logged(bytes, .quoted) == shown)
    }

    @Test(
        "every two bytes there are give one line of UTF-8, without a quote, a backslash of their own or a control character"
    )
    func allPairs() {
        for first in UInt8.min...UInt8.max {
            for second in UInt8.min...UInt8.max {
                let text = logged([first, second], .bare)
                let isClean = text.unicodeScalars.allSatisfy {
                    $0.value > 0x20 && $0.value != 0x22 && !(0x7f..<0xa0).contains($0.value) && $0 != "\u{fffd}"
                }
                if !isClean { Issue.record("\(first) \(second): \(text)") }
            }
        }
    }

    @Test(
        "each byte is shown alike wherever it stands among plain ones",
        arguments: [AccessLogFormat.Place.bare, .quoted])
    func positions(place: AccessLogFormat.Place) {
        for byte in UInt8.min...UInt8.max {
            let shown = logged([byte], place)
            for position in 0..<20 {
                var text = [UInt8](repeating: UInt8(ascii: "a"), count: 20)
                text[position] = byte
                let plain = String(repeating: "a", count: position)
                let expected = plain + shown + String(repeating: "a", count: 19 - position)
                if logged(text, place) != expected { Issue.record("\(byte) at \(position)") }
            }
        }
    }

    @Test("a very long value is cut, and shows that it was")
    func long() {
        #expect(logged([UInt8](repeating: 0x61, count: 4096), .bare).count == 4096)
        #expect(logged([UInt8](repeating: 0x61, count: 4097), .bare).hasSuffix("aaa..."))
    }

    @Test("a user's name comes out of Basic credentials, and can't be two fields")
    func users() throws {
        let rows = [
            ("Basic QWRhOnNlY3JldA==", "Ada"), ("basic QWRhOg", "Ada"), ("BASIC  QWRhOnNlY3JldA==", "Ada"),
            ("Basic QWRhIExvdmVsYWNlOng=", #"Ada\x20Lovelace"#), ("Basic OnNlY3JldA==", "-"), ("Basic QWRh", "-"),
            ("Basic", "-"), ("Basic ", "-"), ("Basic !!!!", "-"), ("Bearer QWRhOnNlY3JldA==", "-"),
            ("Basic IgpmYWtlZCBsaW5lOg==", #"\x22\x0afaked\x20line"#),
        ]
        for (value, user) in rows {
            let request = "GET / HTTP/1.1\r\nHost: x\r\nAuthorization: \(value)\r\n\r\n"
            #expect(try AccessLogFixture("%(u)s").lines(request) == [user], "\(value)")
        }
    }

    @Test("a header with a quote and a byte that is no UTF-8 stays in its field")
    func forgedHeader() throws {
        let request =
            Array("GET / HTTP/1.1\r\nHost: x\r\nUser-Agent: a\" 200 \"b".utf8) + [0xff] + Array("\r\n\r\n".utf8)
        #expect(try AccessLogFixture(#""%(a)s""#).lines(request) == [#""a\x22 200 \x22b\xff""#])
    }
}
