/// A JSON text, read strictly: just enough of it for the answers of the API.
enum JSON: Equatable, Sendable {
    case null
    case boolean(Bool)
    /// The API answers with whole numbers only.
    case integer(Int)
    /// In the events of the dashboard.
    case fraction(Double)
    case string(String)
    case array([JSON])
    case object([String: JSON])

    /// nil for what is not JSON, has a key twice, or a number with a fraction.
    init?(_ bytes: [UInt8], takesFractions: Bool = false) {
        var parser = JSONReader(bytes, takesFractions: takesFractions)
        guard let value = parser.value(), parser.isAtEnd else { return nil }
        self = value
    }

    subscript(key: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members[key]
    }

    subscript(index: Int) -> JSON? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    var text: String? { if case .string(let text) = self { text } else { nil } }
    var integer: Int? { if case .integer(let number) = self { number } else { nil } }
    var number: Double? { if case .fraction(let number) = self { number } else { integer.map(Double.init) } }
    var array: [JSON]? { if case .array(let elements) = self { elements } else { nil } }
    var keys: Set<String> { if case .object(let members) = self { Set(members.keys) } else { [] } }
}

private struct JSONReader {
    private let bytes: [UInt8]
    private let takesFractions: Bool
    private var position = 0

    init(_ bytes: [UInt8], takesFractions: Bool) {
        self.bytes = bytes
        self.takesFractions = takesFractions
    }

    /// Behind the last value, white space aside.
    var isAtEnd: Bool {
        mutating get {
            skipSpace()
            return position == bytes.count
        }
    }

    mutating func value() -> JSON? {
        skipSpace()
        guard position < bytes.count else { return nil }
        switch bytes[position] {
        case UInt8(ascii: "{"): return object()
        case UInt8(ascii: "["): return array()
        case UInt8(ascii: "\""): return string().map(JSON.string)
        case UInt8(ascii: "t"): return take("true") ? .boolean(true) : nil
        case UInt8(ascii: "f"): return take("false") ? .boolean(false) : nil
        case UInt8(ascii: "n"): return take("null") ? .null : nil
        default: return number()
        }
    }

    private mutating func object() -> JSON? {
        var members: [String: JSON] = [:]
        guard take("{") else { return nil }
        skipSpace()
        if take("}") { return .object(members) }
        repeat {
            skipSpace()
            guard let key = string(), members[key] == nil else { return nil }
            skipSpace()
            guard take(":"), let value = value() else { return nil }
            members[key] = value
            skipSpace()
        } while take(",")
        return take("}") ? .object(members) : nil
    }

    private mutating func array() -> JSON? {
        var elements: [JSON] = []
        guard take("[") else { return nil }
        skipSpace()
        if take("]") { return .array(elements) }
        repeat {
            guard let value = value() else { return nil }
            elements.append(value)
            skipSpace()
        } while take(",")
        return take("]") ? .array(elements) : nil
    }

    /// The exponents are those of small fractions, such as 5e-05.
    private mutating func number() -> JSON? {
        let start = position
        _ = take("-")
        skipDigits()
        var isWhole = true
        if takesFractions, take(".") {
            isWhole = false
            skipDigits()
        }
        if takesFractions, take("e") {
            isWhole = false
            if !take("-") { _ = take("+") }
            skipDigits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        return isWhole ? Int(text).map(JSON.integer) : Double(text).map(JSON.fraction)
    }

    private mutating func skipDigits() {
        while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) {
            position += 1
        }
    }

    private mutating func string() -> String? {
        guard take("\"") else { return nil }
        var text: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(validating: text, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let scalar = escape() else { return nil }
                text += Array(String(scalar).utf8)
            case 0..<0x20: return nil
            default: text.append(byte)
            }
        }
        return nil
    }

    private mutating func escape() -> Unicode.Scalar? {
        guard position < bytes.count else { return nil }
        let simple: [UInt8: Unicode.Scalar] = [
            UInt8(ascii: "\""): "\"", UInt8(ascii: "\\"): "\\", UInt8(ascii: "/"): "/", UInt8(ascii: "b"): "\u{8}",
            UInt8(ascii: "f"): "\u{c}", UInt8(ascii: "n"): "\n", UInt8(ascii: "r"): "\r", UInt8(ascii: "t"): "\t",
        ]
        let byte = bytes[position]
        position += 1
        guard byte == UInt8(ascii: "u") else { return simple[byte] }
        guard let unit = hexadecimal() else { return nil }
        guard (0xd800...0xdbff).contains(unit) else { return Unicode.Scalar(unit) }
        guard take("\\u"), let low = hexadecimal(), (0xdc00...0xdfff).contains(low) else { return nil }
        return Unicode.Scalar(0x10000 + (unit - 0xd800) << 10 + (low - 0xdc00))
    }

    private mutating func hexadecimal() -> UInt32? {
        guard position + 4 <= bytes.count else { return nil }
        defer { position += 4 }
        return UInt32(String(decoding: bytes[position..<(position + 4)], as: UTF8.self), radix: 16)
    }

    private mutating func skipSpace() {
        while position < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[position]) { position += 1 }
    }

    private mutating func take(_ literal: StaticString) -> Bool {
        let count = literal.utf8CodeUnitCount
        guard position + count <= bytes.count else { return false }
        for offset in 0..<count where bytes[position + offset] != literal.utf8Start[offset] { return false }
        position += count
        return true
    }
}
