/// What may stand between the brackets of an authority (RFC 3986 section 3.2.2). A Host whose value is invalid must be
/// refused (RFC 9112 section 3.2), and a proxy in front may refuse or read otherwise what is only nearly an address.
enum IPLiteral {
    static func isValid(_ range: Range<Int>, in bytes: Span<UInt8>) -> Bool {
        guard !range.isEmpty else { return false }
        return bytes[range.lowerBound] | 0x20 == UInt8(ascii: "v")
            ? isFuture(range, in: bytes) : isIPv6(range, in: bytes)
    }

    /// Eight groups of one to four hex digits; one run of groups may be left out, and the last two may be an IPv4
    /// address.
    private static func isIPv6(_ range: Range<Int>, in bytes: Span<UInt8>) -> Bool {
        var position = range.lowerBound
        var groups = 0
        var hasGap = false
        if range.count >= 2, bytes[position] == colon, bytes[position + 1] == colon {
            hasGap = true
            position += 2
        }
        while position < range.upperBound {
            let start = position
            while position < range.upperBound, ByteClass.hexDigit(bytes[position]) != nil { position += 1 }
            if position < range.upperBound, bytes[position] == UInt8(ascii: ".") {
                guard isIPv4(start..<range.upperBound, in: bytes) else { return false }
                groups += 2
                break
            }
            guard 1...4 ~= position - start else { return false }
            groups += 1
            if position == range.upperBound { break }
            guard bytes[position] == colon, position + 1 < range.upperBound else { return false }
            position += 1
            if bytes[position] == colon {
                guard !hasGap else { return false }
                hasGap = true
                position += 1
            }
        }
        return hasGap ? groups <= 7 : groups == 8
    }

    /// Four numbers up to 255 without leading zeros.
    private static func isIPv4(_ range: Range<Int>, in bytes: Span<UInt8>) -> Bool {
        var position = range.lowerBound
        for octet in 0..<4 {
            if octet > 0 {
                guard position < range.upperBound, bytes[position] == UInt8(ascii: ".") else { return false }
                position += 1
            }
            let start = position
            var value = 0
            while position < range.upperBound, position < start + 3, ByteClass.isDigit(bytes[position]) {
                value = value * 10 + Int(bytes[position] &- UInt8(ascii: "0"))
                position += 1
            }
            guard position > start, value <= 255, position == start + 1 || bytes[start] != UInt8(ascii: "0") else {
                return false
            }
        }
        return position == range.upperBound
    }

    /// `"v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" )`.
    private static func isFuture(_ range: Range<Int>, in bytes: Span<UInt8>) -> Bool {
        var position = range.lowerBound + 1
        while position < range.upperBound, ByteClass.hexDigit(bytes[position]) != nil { position += 1 }
        guard position > range.lowerBound + 1, position + 1 < range.upperBound, bytes[position] == UInt8(ascii: ".")
        else {
            return false
        }
        for index in position + 1..<range.upperBound {
            guard bytes[index] == colon || ByteClass.registeredName.contains(bytes[index]) else { return false }
        }
        return true
    }

    private static let colon = UInt8(ascii: ":")
}
