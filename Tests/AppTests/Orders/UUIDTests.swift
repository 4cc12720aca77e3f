import Reactor
import Testing

@testable import Orders

@Suite struct UUIDTests {
    private func parse(_ bytes: some Collection<UInt8>) -> UUID? {
        withGuardedBytes(bytes, readable: 0) { UUID(text: $0) }
    }

    @Test(
        "Text and words are two forms of one id",
        arguments: [
            ("00000000-0000-0000-0000-000000000000", 0, 0),
            ("ffffffff-ffff-ffff-ffff-ffffffffffff", .max, .max),
            ("01234567-89ab-cdef-0123-456789abcdef", 0x0123_4567_89ab_cdef, 0x0123_4567_89ab_cdef),
            ("fedcba98-7654-3210-fedc-ba9876543210", 0xfedc_ba98_7654_3210, 0xfedc_ba98_7654_3210),
            ("01890a5d-ac96-774b-bcce-b302099a8057", 0x0189_0a5d_ac96_774b, 0xbcce_b302_099a_8057),
        ] as [(String, UInt64, UInt64)])
    func textForm(text: String, high: UInt64, low: UInt64) {
        let id = UUID(high: high, low: low)
        #expect(id.string == text)
        #expect(parse(text.utf8) == id)
        #expect(parse(text.uppercased().utf8) == id)
    }

    @Test("Any byte at any place is read as the digit or hyphen that it is, or refused")
    func everyByteAtEveryPlace() {
        let text = Array("01234567-89aB-CDef-0123-456789abcdef".utf8)
        for place in 0..<UUID.textLength {
            for byte in UInt8.min...UInt8.max {
                var changed = text
                changed[place] = byte
                let isHyphenPlace = [8, 13, 18, 23].contains(place)
                let isDigit = byte < 128 && Character(UnicodeScalar(byte)).isHexDigit
                let isValid = isHyphenPlace ? byte == UInt8(ascii: "-") : isDigit
                let expected = isValid ? String(decoding: changed, as: UTF8.self).lowercased() : nil
                #expect(parse(changed)?.string == expected)
            }
        }
    }

    @Test(
        "Other lengths and other notations are refused",
        arguments: [
            "", "-", "01890a5dac96774bbcceb302099a8057", "01890a5d-ac96-774b-bcce-b302099a805",
            "01890a5d-ac96-774b-bcce-b302099a80570", "{01890a5d-ac96-774b-bcce-b302099a8057}",
            "01890a5d-ac96-774bb-cce-b302099a8057", "urn:uuid:01890a5d-ac96-774b-bcce-b302099a8057",
        ])
    func otherNotations(text: String) {
        #expect(parse(text.utf8) == nil)
    }

    @Test("Ids sort as their text does")
    func order() {
        let ids = [
            UUID(high: 0, low: 0), UUID(high: 0, low: .max), UUID(high: 1, low: 0), UUID(high: 1 << 63, low: 0),
            UUID(high: .max, low: 1 << 63),
        ]
        for left in ids {
            for right in ids {
                #expect((left < right) == (left.string < right.string))
            }
        }
    }
}
