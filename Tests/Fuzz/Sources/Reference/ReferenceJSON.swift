/// A JSON text (RFC 8259) read by recursive descent into a tree: what the service's reading is compared with.
package indirect enum ReferenceJSON: Equatable {
    case null
    case boolean
    /// As it was written.
    case number(String)
    case string(String)
    case array([ReferenceJSON])
    case object([Field])

    package struct Field: Equatable {
        package let key: String
        package let value: ReferenceJSON
    }

    /// Nil where `bytes` are no JSON text in UTF-8.
    package init?(_ bytes: [UInt8]) {
        guard String(validating: bytes, as: UTF8.self) != nil else { return nil }
        var reader = Reader(bytes: bytes)
        guard let value = reader.value() else { return nil }
        reader.skipBlanks()
        guard reader.position == bytes.count else { return nil }
        self = value
    }

    /// The innermost value is at depth 1.
    package var depth: Int {
        switch self {
        case .array(let elements): 1 + (elements.map(\.depth).max() ?? 0)
        case .object(let fields): 1 + (fields.map(\.value.depth).max() ?? 0)
        default: 1
        }
    }

    /// Whether a number in it may not fit 64 bits, which RFC 8259 section 9 lets a parser refuse.
    package var hasLongNumber: Bool {
        switch self {
        case .number(let text): text.count > 18 || text.contains { $0 == "e" || $0 == "E" }
        case .array(let elements): elements.contains(where: \.hasLongNumber)
        case .object(let fields): fields.contains(where: \.value.hasLongNumber)
        default: false
        }
    }
}

private struct Reader {
    let bytes: [UInt8]
    var position = 0

    var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func skipBlanks() { while let byte = next, [9, 10, 13, 32].contains(byte) { position += 1 } }

    /// Steps over `text` if it is next.
    mutating func take(_ text: StaticString) -> Bool {
        let wanted = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        guard bytes[position...].starts(with: wanted) else { return false }
        position += wanted.count
        return true
    }

    mutating func value() -> ReferenceJSON? {
        skipBlanks()
        switch next {
        case UInt8(ascii: "{"): return object()
        case UInt8(ascii: "["): return array()
        case UInt8(ascii: "\""): return string().map { .string($0) }
        case UInt8(ascii: "n"): return take("null") ? .null : nil
        case UInt8(ascii: "t"): return take("true") ? .boolean : nil
        case UInt8(ascii: "f"): return take("false") ? .boolean : nil
        default: return number().map { .number($0) }
        }
    }

    private mutating func array() -> ReferenceJSON? {
        position += 1
        skipBlanks()
        if take("]") { return .array([]) }
        var elements: [ReferenceJSON] = []
        repeat {
            guard let element = value() else { return nil }
            elements.append(element)
            skipBlanks()
        } while take(",")
        return take("]") ? .array(elements) : nil
    }

    private mutating func object() -> ReferenceJSON? {
        position += 1
        skipBlanks()
        if take("}") { return .object([]) }
        var fields: [ReferenceJSON.Field] = []
        repeat {
            skipBlanks()
            guard let key = string() else { return nil }
            skipBlanks()
            guard take(":"), let value = value() else { return nil }
            fields.append(ReferenceJSON.Field(key: key, value: value))
            skipBlanks()
        } while take(",")
        return take("}") ? .object(fields) : nil
    }

    private mutating func number() -> String? {
        let start = position
        _ = take("-")
        guard let integer = digits(), integer == 1 || bytes[position - integer] != UInt8(ascii: "0") else { return nil }
        if take(".") { guard digits() != nil else { return nil } }
        if take("e") || take("E") {
            if !take("-") { _ = take("+") }
            guard digits() != nil else { return nil }
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// How many digits were stepped over; nil for none.
    private mutating func digits() -> Int? {
        let start = position
        while let byte = next, byte >= 48 && byte <= 57 { position += 1 }
        return position > start ? position - start : nil
    }

    private mutating func string() -> String? {
        guard take("\"") else { return nil }
        var text: [UInt8] = []
        while let byte = next, byte >= 32 {
            position += 1
            if byte == UInt8(ascii: "\"") { return String(decoding: text, as: UTF8.self) }
            if byte == UInt8(ascii: "\\") {
                guard let scalar = escaped() else { return nil }
                text += Array(String(scalar).utf8)
            } else {
                text.append(byte)
            }
        }
        return nil
    }

    private mutating func escaped() -> Character? {
        guard let byte = next else { return nil }
        position += 1
        switch byte {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): break
        default: return nil
        }
        guard var code = unit() else { return nil }
        if code & 0xfc00 == 0xd800 {
            guard take("\\u"), let low = unit(), low & 0xfc00 == 0xdc00 else { return nil }
            code = 0x10000 + (code & 0x3ff) << 10 + low & 0x3ff
        }
        return Unicode.Scalar(code).map { Character($0) }
    }

    /// Four hex digits.
    private mutating func unit() -> UInt32? {
        guard position + 4 <= bytes.count else { return nil }
        let digits = bytes[position..<position + 4].map { Character(UnicodeScalar($0)) }
        guard digits.allSatisfy({ $0.isASCII && $0.isHexDigit }) else { return nil }
        position += 4
        return UInt32(String(digits), radix: 16)
    }
}
