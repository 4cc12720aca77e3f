import Reactor

extension ByteBuffer {
    /// Appends `text`, valid UTF-8, as a JSON string with its quotes (RFC 8259, section 7): only what must be escaped
    /// is.
    package mutating func append(jsonString text: UnsafeRawBufferPointer) {
        guard JSONEscape.isPlain(text) else { return appendEscaping(text) }
        let room = reserve(text.count + 2)
        room[0] = UInt8(ascii: "\"")
        // reserve() returned at least count + 2 bytes, and text has exactly count.
        if let plain = text.baseAddress { (room.baseAddress! + 1).copyMemory(from: plain, byteCount: text.count) }
        room[text.count + 1] = UInt8(ascii: "\"")
        commit(text.count + 2)
    }

    private mutating func appendEscaping(_ text: UnsafeRawBufferPointer) {
        append(byte: UInt8(ascii: "\""))
        var plainStart = 0
        for index in 0..<text.count {
            let byte = text[index]
            guard JSONEscape.isNeeded(byte) else { continue }
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

private enum JSONEscape {
    /// Whether a JSON string may not hold `byte` as it is.
    static func isNeeded(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    /// Whether no byte of `text` needs an escape; nearly all texts pass, so eight bytes are looked at together.
    static func isPlain(_ text: UnsafeRawBufferPointer) -> Bool {
        guard text.count >= 8 else { return !text.contains(where: isNeeded) }
        var index = 0
        while index + 8 < text.count {
            // index + 8 < count: the load stays inside.
            guard isPlain(text.loadUnaligned(fromByteOffset: index, as: UInt64.self)) else { return false }
            index += 8
        }
        // The last eight bytes, some of them for the second time; count >= 8, as checked above.
        return isPlain(text.loadUnaligned(fromByteOffset: text.count - 8, as: UInt64.self))
    }

    /// The same for eight bytes. A byte x of a word holds less than n (at most 128) in one of its bytes when `(word - n
    /// in each byte) & ~word` has a bit 7 set; equality is "less than 1" after exclusive or. A borrow can only come
    /// from a byte that is itself below n, so that the answer for the whole word is exact.
    private static func isPlain(_ word: UInt64) -> Bool {
        let quote = word ^ ones &* UInt64(UInt8(ascii: "\""))
        let backslash = word ^ ones &* UInt64(UInt8(ascii: "\\"))
        let control = (word &- ones &* 0x20) & ~word
        let special = control | (quote &- ones) & ~quote | (backslash &- ones) & ~backslash
        return special & (ones << 7) == 0
    }

    private static let ones: UInt64 = 0x0101_0101_0101_0101
}
