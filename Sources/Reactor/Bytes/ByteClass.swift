/// The character classes of RFC 9110, RFC 9112 and RFC 3986, one bit for each ASCII byte.
///
/// A bit set needs no table in memory and no lazy global, and shifts are as quick here as a load.
struct ByteClass: Sendable {
    let low: UInt64
    let high: UInt64

    /// `tchar` (RFC 9110 section 5.6.2): letters, digits and ``!#$%&'*+-.^_`|~``.
    static let token = ByteClass(low: 0x03ff_6cfa_0000_0000, high: 0x57ff_ffff_c7ff_fffe)
    /// `reg-name` without its percent escapes (RFC 3986 section 3.2.2): unreserved and sub-delims.
    static let registeredName = ByteClass(low: 0x2bff_7fd2_0000_0000, high: 0x47ff_fffe_87ff_fffe)

    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        byte < 128 && ((byte < 64 ? low : high) >> UInt64(byte & 63)) & 1 != 0
    }

    /// VCHAR, the only bytes of a request target; `#` would begin a fragment, which is never sent (RFC 9112 section
    /// 3.2).
    @inline(__always)
    static func isTarget(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x7f && byte != UInt8(ascii: "#") }

    /// `field-content` (RFC 9110 section 5.5): HTAB, SP, VCHAR and obs-text.
    @inline(__always)
    static func isFieldValue(_ byte: UInt8) -> Bool { (byte >= 0x20 && byte != 0x7f) || byte == tab }

    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

    @inline(__always)
    static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == tab }

    static func hexDigit(_ byte: UInt8) -> UInt8? {
        if isDigit(byte) { return byte &- UInt8(ascii: "0") }
        let letter = (byte | 0x20) &- UInt8(ascii: "a")
        return letter < 6 ? letter &+ 10 : nil
    }

    static let tab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0a
    static let carriageReturn: UInt8 = 0x0d
    static let space: UInt8 = 0x20
}
