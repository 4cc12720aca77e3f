import Reactor
import Testing

@testable import Orders

@Suite struct JSONStringTests {
    private func encode(_ text: String) -> String {
        var buffer = ByteBuffer()
        // No byte behind the text may be read: it may end where its memory does.
        withGuardedBytes(text.utf8, readable: 0) { buffer.append(jsonString: $0) }
        return buffer.string
    }

    /// What the parser makes of it.
    private func decode(_ json: String) throws -> String? {
        var parser = JSONParser(maximumBytes: 1 << 20)
        let value = try withGuardedBytes(json.utf8) { (bytes) throws(JSONError) in try parser.parse(bytes) }
        return value.text?.string
    }

    @Test(
        "Only what must be escaped is",
        arguments: [
            ("", #""""#), ("plain", #""plain""#), ("\"", #""\"""#), ("\\", #""\\""#), ("/", #""/""#),
            ("\n\r\t", #""\n\r\t""#), ("\u{8}\u{c}", #""\u0008\u000c""#), ("\u{0}", #""\u0000""#),
            ("\u{1f}", #""\u001f""#), ("\u{7f}\u{80}\u{2028}", "\"\u{7f}\u{80}\u{2028}\""), ("😀é", "\"😀é\""),
        ])
    func escaping(text: String, json: String) {
        #expect(encode(text) == json)
    }

    @Test("Every control character and ASCII character survives the round trip, at every place of a long text")
    func roundTripASCII() throws {
        for code in UInt8(0)..<128 {
            let character = String(UnicodeScalar(code))
            for length in [0, 1, 7, 8, 15, 16, 17, 31] {
                let plain = String(repeating: "é", count: length)
                for text in [plain + character, character + plain, plain + character + "ab" + character + plain] {
                    #expect(try decode(encode(text)) == text)
                }
            }
        }
    }

    @Test("The bounds of each UTF-8 length survive the round trip")
    func roundTripScalars() throws {
        for value: UInt32 in [0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFD, 0xFFFF, 0x10000, 0x1F600, 0x10FFFF] {
            let text = String(repeating: UnicodeScalar(value).map(String.init) ?? "", count: 9)
            #expect(!text.isEmpty)
            #expect(encode(text) == "\"\(text)\"")
            #expect(try decode(encode(text)) == text)
        }
    }

    @Test("Each byte is judged by itself, whatever stands beside it")
    func neighbours() {
        // A word-wise scan that lets one byte's result run into the next would fail here.
        for first in UInt8(0x1D)..<0x80 {
            for second in UInt8(0x1D)..<0x80 {
                let text = "aaa" + String(UnicodeScalar(first)) + String(UnicodeScalar(second)) + "aaaaa"
                let expected = "\"aaa\(escaped(first))\(escaped(second))aaaaa\""
                #expect(encode(text) == expected)
            }
        }
    }

    private func escaped(_ byte: UInt8) -> String {
        switch byte {
        case 0x00..<0x20: #"\u00"# + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        case UInt8(ascii: "\""): #"\""#
        case UInt8(ascii: "\\"): #"\\"#
        default: String(UnicodeScalar(byte))
        }
    }
}
