/// The four forms of a request target (RFC 9112 section 3.2), and the authority inside of two of them.
extension RequestHead {
    /// Recognises the form and notes path and query; false when the target fits no form that the method may have.
    mutating func setTarget(_ range: Range<Int>, in bytes: Span<UInt8>) -> Bool {
        target = ByteRange(range)
        path = .empty
        query = .empty
        if method == .connect {
            targetForm = .authority
            return Authority.isValid(range, in: bytes, isComplete: true)
        }
        if bytes[range.lowerBound] == UInt8(ascii: "/") {
            targetForm = .origin
            splitQuery(range, in: bytes)
            return true
        }
        if bytes[range.lowerBound] == UInt8(ascii: "*") {
            targetForm = .asterisk
            path = target
            return (method == .options || method == .other) && range.count == 1
        }
        targetForm = .absolute
        return setAbsoluteTarget(range, in: bytes)
    }

    private mutating func setAbsoluteTarget(_ range: Range<Int>, in bytes: Span<UInt8>) -> Bool {
        let colon = bytes.firstIndex(of: UInt8(ascii: ":"), in: range)
        let scheme = range.lowerBound..<colon
        guard bytes.matches(scheme, "http") || bytes.matches(scheme, "https") else { return false }
        let start = colon + 3
        guard start < range.upperBound, bytes.hasBytes(of: "//", at: colon + 1) else { return false }
        var end = start
        while end < range.upperBound, bytes[end] != UInt8(ascii: "/"), bytes[end] != UInt8(ascii: "?") { end += 1 }
        // An empty host makes an http URI invalid (RFC 9110 section 4.2.1).
        guard end > start, bytes[start] != UInt8(ascii: ":") else { return false }
        splitQuery(end..<range.upperBound, in: bytes)
        return Authority.isValid(start..<end, in: bytes, isComplete: false)
    }

    private mutating func splitQuery(_ range: Range<Int>, in bytes: Span<UInt8>) {
        let mark = bytes.firstIndex(of: UInt8(ascii: "?"), in: range)
        path = ByteRange(range.lowerBound..<mark)
        if mark < range.upperBound { query = ByteRange(mark + 1..<range.upperBound) }
    }
}

/// `uri-host [ ":" port ]` as in Host and in targets (RFC 9110 section 7.2, RFC 3986 section 3.2); never with user
/// information.
enum Authority {
    /// - Parameter isComplete: whether host and port must both be there and not empty, as CONNECT wants it.
    static func isValid(_ range: Range<Int>, in bytes: Span<UInt8>, isComplete: Bool) -> Bool {
        var position = range.lowerBound
        if position < range.upperBound, bytes[position] == UInt8(ascii: "[") {
            guard let end = literalEnd(range, in: bytes) else { return false }
            position = end
        } else {
            guard let end = nameEnd(range, in: bytes) else { return false }
            position = end
        }
        let hasHost = position > range.lowerBound
        guard position < range.upperBound else { return !isComplete }
        guard bytes[position] == UInt8(ascii: ":") else { return false }
        let port = position + 1..<range.upperBound
        for index in port where !ByteClass.isDigit(bytes[index]) { return false }
        return !isComplete || (hasHost && !port.isEmpty)
    }

    /// Behind the `]` of an address in brackets.
    private static func literalEnd(_ range: Range<Int>, in bytes: Span<UInt8>) -> Int? {
        let end = bytes.firstIndex(of: UInt8(ascii: "]"), in: range)
        guard end < range.upperBound, IPLiteral.isValid(range.lowerBound + 1..<end, in: bytes) else { return nil }
        return end + 1
    }

    /// Behind the last byte of a name or an IPv4 address; nil at a broken percent escape.
    private static func nameEnd(_ range: Range<Int>, in bytes: Span<UInt8>) -> Int? {
        var position = range.lowerBound
        while position < range.upperBound {
            if ByteClass.registeredName.contains(bytes[position]) {
                position += 1
            } else if bytes[position] == UInt8(ascii: "%") {
                guard position + 2 < range.upperBound, ByteClass.hexDigit(bytes[position + 1]) != nil,
                    ByteClass.hexDigit(bytes[position + 2]) != nil
                else { return nil }
                position += 3
            } else {
                return position
            }
        }
        return position
    }
}
