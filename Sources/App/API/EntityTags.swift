package import Orders

/// What If-Match or If-None-Match names (RFC 9110, sections 13.1.1 and 13.1.2). The entity tag of an order is its
/// version in quotes.
package enum EntityTags: Equatable, Sendable {
    /// `*`: whatever is there.
    case any
    /// None of them may be a version of ours: then they name no state of any order.
    case versions([OrderVersion])

    /// nil unless `value` is `*` or a list of entity tags.
    ///
    /// - Parameter isWeak: whether weak tags count, as for If-None-Match. If-Match compares strongly, so that a weak
    ///   one names nothing (RFC 9110, section 8.8.3.2).
    init?(_ value: UnsafeRawBufferPointer, isWeak: Bool) {
        if value.count == 1 && value[0] == UInt8(ascii: "*") {
            self = .any
            return
        }
        var versions: [OrderVersion] = []
        var position = 0
        var isFirst = true
        while true {
            // Elements may be empty (RFC 9110, section 5.6.1.2).
            let hasComma = Self.skipSeparators(value, &position)
            guard position < value.count else { break }
            guard isFirst || hasComma, let tag = Self.tag(value, &position) else { return nil }
            isFirst = false
            if let version = tag.version, isWeak || !tag.isWeak { versions.append(version) }
        }
        if isFirst { return nil }
        self = .versions(versions)
    }

    package func matches(_ version: OrderVersion) -> Bool {
        switch self {
        case .any: true
        case .versions(let versions): versions.contains(version)
        }
    }

    private struct Tag {
        var isWeak = false
        /// nil for a tag that is not ours.
        var version: OrderVersion?
    }

    /// Skips blanks and commas. True when there was a comma.
    private static func skipSeparators(_ value: UnsafeRawBufferPointer, _ position: inout Int) -> Bool {
        var hasComma = false
        while position < value.count {
            switch value[position] {
            case 0x20, 0x09: break
            case UInt8(ascii: ","): hasComma = true
            default: return hasComma
            }
            position += 1
        }
        return hasComma
    }

    private static func tag(_ value: UnsafeRawBufferPointer, _ position: inout Int) -> Tag? {
        var tag = Tag()
        if value.hasBytes("W/", at: position) {
            tag.isWeak = true
            position += 2
        }
        guard position < value.count, value[position] == UInt8(ascii: "\"") else { return nil }
        let start = position + 1
        position = start
        while position < value.count, value[position] != UInt8(ascii: "\"") {
            // etagc: no control character and no blank (RFC 9110, section 8.8.3).
            guard value[position] > 0x20, value[position] != 0x7F else { return nil }
            position += 1
        }
        guard position < value.count else { return nil }
        tag.version = version(UnsafeRawBufferPointer(rebasing: value[start..<position]))
        position += 1
        return tag
    }

    /// Digits without a leading zero, as ``OrderVersion`` is written.
    private static func version(_ digits: UnsafeRawBufferPointer) -> OrderVersion? {
        guard (1...19).contains(digits.count), digits[0] != UInt8(ascii: "0") || digits.count == 1 else { return nil }
        var number: UInt64 = 0
        for byte in digits {
            let digit = byte &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            number = number * 10 + UInt64(digit)
        }
        return OrderVersion(number: number)
    }
}
