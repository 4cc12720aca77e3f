import Reactor

extension ByteBuffer {
    /// Appends `text`, valid UTF-8, as a JSON string with its quotes (RFC 8259, section 7): only what must be escaped is.
    mutating func append(jsonString text: UnsafeRawBufferPointer) {
        append(byte: UInt8(ascii: "\""))
        var plainStart = 0
        for index in 0..<text.count {
            let byte = text[index]
            guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
            append(UnsafeRawBufferPointer(rebasing: text[plainStart..<index]))
            appendEscaped(byte)
            plainStart = index + 1
        }
        append(UnsafeRawBufferPointer(rebasing: text[plainStart...]))
        append(byte: UInt8(ascii: "\""))
    }

    private mutating func appendEscaped(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): append("\\\"")
        case UInt8(ascii: "\\"): append("\\\\")
        case UInt8(ascii: "\n"): append("\\n")
        case UInt8(ascii: "\r"): append("\\r")
        case UInt8(ascii: "\t"): append("\\t")
        default:
            append("\\u00")
            append(byte: UInt8(ascii: "0") + (byte >> 4))
            let low = byte & 0xf
            append(byte: low < 10 ? low + UInt8(ascii: "0") : low - 10 + UInt8(ascii: "a"))
        }
    }
}
