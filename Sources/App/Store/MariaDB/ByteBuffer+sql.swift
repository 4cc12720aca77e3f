package import Orders
import Reactor

extension ByteBuffer {
    /// Appends the text form as a string literal.
    package mutating func append(quoted id: UUID) {
        append(byte: UInt8(ascii: "'"))
        append(id)
        append(byte: UInt8(ascii: "'"))
    }

    /// Appends the 16 bytes of the id as a hexadecimal literal.
    package mutating func append(binary id: UUID) {
        append("x'")
        for word in [id.high, id.low] {
            for half in [UInt32(truncatingIfNeeded: word >> 32), UInt32(truncatingIfNeeded: word)] {
                withUnsafeBytes(of: HexadecimalDigits.digits(of: half).bigEndian) { append($0) }
            }
        }
        append(byte: UInt8(ascii: "'"))
    }

    /// Appends the bytes as a hexadecimal literal.
    package mutating func append(hexLiteral bytes: UnsafeRawBufferPointer) {
        append("x'")
        for byte in bytes {
            // The digits of a word that is the byte are eight, the last two of them its own.
            let digits = HexadecimalDigits.digits(of: UInt32(byte))
            append(byte: UInt8(truncatingIfNeeded: digits >> 8))
            append(byte: UInt8(truncatingIfNeeded: digits))
        }
        append(byte: UInt8(ascii: "'"))
    }
}
