/// The user's name in a value of the Authorization header (RFC 7617).
enum BasicUser {
    /// Appends the name for the log, or `-` where there is none.
    static func append(of value: UnsafeRawBufferPointer?, to buffer: inout ByteBuffer, _ place: AccessLogFormat.Place) {
        // Longer than any name that would be shown.
        var name = InlineArray<256, UInt8>(repeating: 0)
        let count = value.flatMap { decode($0, into: &name) } ?? 0
        name.span.withUnsafeBytes {
            buffer.append(logged: UnsafeRawBufferPointer(rebasing: $0.prefix(count)), place)
        }
    }

    /// The bytes before the first colon, at most 256 of them; nil when it is not Basic, not base64, or has no colon
    /// there.
    private static func decode(_ value: UnsafeRawBufferPointer, into name: inout InlineArray<256, UInt8>) -> Int? {
        let elements = value.assumingMemoryBound(to: UInt8.self)
        let bytes = elements.span
        guard bytes.count > 6, bytes.matches(0..<5, "basic"), bytes[5] == ByteClass.space else { return nil }
        var count = 0
        var bits: UInt32 = 0
        var bitCount = 0
        for index in bytes.trimmed(5..<bytes.count) {
            guard let sextet = sextet(bytes[index]) else { return nil }
            bits = bits << 6 | UInt32(sextet)
            bitCount += 6
            guard bitCount >= 8 else { continue }
            bitCount -= 8
            let byte = UInt8(truncatingIfNeeded: bits >> UInt32(bitCount))
            if byte == UInt8(ascii: ":") { return count }
            guard count < name.count else { return nil }
            name[count] = byte
            count += 1
        }
        return nil
    }

    private static func sextet(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
