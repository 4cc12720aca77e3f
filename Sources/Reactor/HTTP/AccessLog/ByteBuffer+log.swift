/// Text of clients on its way into a log.
extension ByteBuffer {
    /// Bytes of one value that are shown; a longer one ends in `...`.
    static let loggedValueBytes = 4096

    /// `-` for nothing; otherwise the text, with everything as `\xHH` that could end a line or a field, steer a
    /// terminal, or pass for such an escape: control characters, quotes, backslashes, what is not UTF-8, and outside of
    /// quotes blanks.
    mutating func append(logged value: UnsafeRawBufferPointer, _ place: AccessLogFormat.Place) {
        guard !value.isEmpty else { return append(byte: UInt8(ascii: "-")) }
        let shown = UnsafeRawBufferPointer(rebasing: value.prefix(Self.loggedValueBytes))
        // The first byte that has not been copied: what needs no escape is copied in runs.
        var start = 0
        var index = 0
        while index < shown.count {
            // Nearly all text is plain: eight bytes at once. Proof: all eight lie inside.
            if index + 8 <= shown.count {
                let bits = UInt64(littleEndian: shown.loadUnaligned(fromByteOffset: index, as: UInt64.self))
                if Self.isPlain(ByteWord(bits: bits), place) {
                    index += 8
                    continue
                }
            }
            let length = Self.plainBytes(of: shown, at: index, place)
            if length > 0 {
                index += length
                continue
            }
            append(UnsafeRawBufferPointer(rebasing: shown[start..<index]))
            append(escape: shown[index])
            index += 1
            start = index
        }
        append(UnsafeRawBufferPointer(rebasing: shown[start...]))
        if shown.count < value.count { append("...") }
    }

    /// Whether none of eight bytes needs a closer look.
    @inline(__always)
    private static func isPlain(_ word: ByteWord, _ place: AccessLogFormat.Place) -> Bool {
        let special = word.controls | word.equal(to: UInt8(ascii: "\"")) | word.equal(to: UInt8(ascii: "\\"))
        let blanks = place == .bare ? word.equal(to: ByteClass.space) : 0
        return (special | blanks | word.bits & 0x8080_8080_8080_8080) == 0
    }

    /// How many bytes at `index` are one character that may be shown; 0 when the byte must be escaped.
    @inline(__always)
    private static func plainBytes(
        of text: UnsafeRawBufferPointer, at index: Int, _ place: AccessLogFormat.Place
    ) -> Int {
        let byte = text[index]
        if byte >= 0x80 { return characterBytes(of: text, at: index) }
        let isPlain =
            byte > ByteClass.space && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\") && byte != 0x7f
        return isPlain || (byte == ByteClass.space && place == .quoted) ? 1 : 0
    }

    /// The length of a well-formed UTF-8 sequence (RFC 3629) of two to four bytes; 0 for anything else, for the upper
    /// control characters, which terminals obey too, and for the two line ends that Unicode adds.
    private static func characterBytes(of text: UnsafeRawBufferPointer, at index: Int) -> Int {
        let first = text[index]
        let length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2
        guard first >= 0xc2, first <= 0xf4, index + length <= text.count else { return 0 }
        var scalar = UInt32(first) & (0x7f >> UInt32(length))
        for offset in 1..<length {
            let byte = text[index + offset]
            guard byte & 0xc0 == 0x80 else { return 0 }
            scalar = scalar << 6 | UInt32(byte & 0x3f)
        }
        let isOverlong = scalar < (length == 4 ? 0x10000 : length == 3 ? 0x800 : 0x80)
        guard !isOverlong, Unicode.Scalar(scalar) != nil else { return 0 }
        return scalar < 0xa0 || scalar == 0x2028 || scalar == 0x2029 ? 0 : length
    }

    private mutating func append(escape byte: UInt8) {
        func digit(_ value: UInt8) -> UInt8 { value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10 }
        append("\\x")
        append(byte: digit(byte >> 4))
        append(byte: digit(byte & 15))
    }

    /// `value` in `width` digits; it has no more.
    mutating func append(decimal value: UInt64, width: Int) {
        var power: UInt64 = 1
        for _ in 1..<width { power *= 10 }
        while power > 1 && value < power {
            append(byte: UInt8(ascii: "0"))
            power /= 10
        }
        append(decimal: value)
    }
}
