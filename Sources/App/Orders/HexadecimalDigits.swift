/// Eight hexadecimal digits at a time, as bytes of one word, the first digit the most significant byte.
package enum HexadecimalDigits {
    /// The value of eight digits in either case, nil where one of them is something else.
    package static func value(ofDigits digits: UInt64) -> UInt32? {
        // Bit 6 is set in letters only; a letter's low four bits are 1 to 6, to which 9 is added.
        let letters = (digits >> 6) & ones
        let nibbles = (digits & (ones * 0x0F)) &+ letters &* 9
        // The proof that all were digits: only a digit comes back when its value is written again, in lower case.
        guard nibbles & (ones * 0xF0) == 0, digits | letters << 5 == text(ofNibbles: nibbles) else { return nil }
        var value = (nibbles | nibbles >> 4) & 0x00FF_00FF_00FF_00FF
        value = (value | value >> 8) & 0x0000_FFFF_0000_FFFF
        return UInt32(truncatingIfNeeded: value | value >> 16)
    }

    /// The eight lower-case digits of `value`.
    package static func digits(of value: UInt32) -> UInt64 {
        var nibbles = UInt64(value)
        nibbles = (nibbles | nibbles << 16) & 0x0000_FFFF_0000_FFFF
        nibbles = (nibbles | nibbles << 8) & 0x00FF_00FF_00FF_00FF
        nibbles = (nibbles | nibbles << 4) & 0x0F0F_0F0F_0F0F_0F0F
        return text(ofNibbles: nibbles)
    }

    private static let ones: UInt64 = 0x0101_0101_0101_0101

    /// Eight nibbles, one a byte, as digits: '0' to '9', and 39 further on 'a' to 'f'.
    private static func text(ofNibbles nibbles: UInt64) -> UInt64 {
        // Adding 6 carries into bit 4 from ten on; no byte overflows, since none exceeds 15.
        let letters = ((nibbles &+ ones * 6) >> 4) & ones
        return nibbles &+ ones * 0x30 &+ letters &* 39
    }
}
