import Reactor

extension ByteBuffer {
    /// Appends the text form as a string literal.
    mutating func append(quoted id: UUID) {
        append(byte: UInt8(ascii: "'"))
        append(id)
        append(byte: UInt8(ascii: "'"))
    }

    /// Appends the 16 bytes of the id as a hexadecimal literal.
    mutating func append(binary id: UUID) {
        append("x'")
        for word in [id.high, id.low] {
            for half in [UInt32(truncatingIfNeeded: word >> 32), UInt32(truncatingIfNeeded: word)] {
                withUnsafeBytes(of: HexadecimalDigits.digits(of: half).bigEndian) { append($0) }
            }
        }
        append(byte: UInt8(ascii: "'"))
    }

    /// Appends `(x'…',x'…')`; `ids` is not empty.
    mutating func append(list ids: ArraySlice<UUID>) {
        for (index, id) in ids.enumerated() {
            append(byte: index == 0 ? UInt8(ascii: "(") : UInt8(ascii: ","))
            append(binary: id)
        }
        append(byte: UInt8(ascii: ")"))
    }
}
