package import Reactor

/// A value that ``JSONWriter`` can write.
package protocol JSONWritable {
    func appendJSON(to buffer: inout ByteBuffer)
}

/// A value that becomes a string, and so may be the name of a member.
package protocol JSONText: JSONWritable {}

extension String: JSONText {
    package func appendJSON(to buffer: inout ByteBuffer) {
        var text = self
        text.withUTF8 { buffer.append(jsonString: UnsafeRawBufferPointer($0)) }
    }
}

extension StaticString: JSONText {
    package func appendJSON(to buffer: inout ByteBuffer) {
        buffer.append(jsonString: UnsafeRawBufferPointer(start: utf8Start, count: utf8CodeUnitCount))
    }
}

extension UUID: JSONText {
    package func appendJSON(to buffer: inout ByteBuffer) {
        buffer.append(byte: UInt8(ascii: "\""))
        buffer.append(self)
        buffer.append(byte: UInt8(ascii: "\""))
    }
}

extension Bool: JSONWritable {
    package func appendJSON(to buffer: inout ByteBuffer) { buffer.append(self ? "true" : "false") }
}

extension UInt64: JSONWritable {
    package func appendJSON(to buffer: inout ByteBuffer) { buffer.append(decimal: self) }
}

extension Int: JSONWritable {
    package func appendJSON(to buffer: inout ByteBuffer) {
        if self < 0 { buffer.append(byte: UInt8(ascii: "-")) }
        buffer.append(decimal: UInt64(magnitude))
    }
}

/// A number to a thousandth: with three digits behind the point, or with none where all are zero.
package struct JSONDecimal: JSONWritable {
    private let thousandths: Int

    /// `value` is finite, and a thousand times it fits an Int.
    package init(_ value: Double) { thousandths = Int((value * 1_000).rounded()) }

    package func appendJSON(to buffer: inout ByteBuffer) {
        if thousandths < 0 { buffer.append(byte: UInt8(ascii: "-")) }
        let (whole, fraction) = thousandths.magnitude.quotientAndRemainder(dividingBy: 1_000)
        buffer.append(decimal: UInt64(whole))
        guard fraction > 0 else { return }
        buffer.append(byte: UInt8(ascii: "."))
        for divisor in [100, 10, 1] as [UInt] {
            buffer.append(byte: UInt8(ascii: "0") + UInt8(fraction / divisor % 10))
        }
    }
}

/// null, where there is nothing.
extension Optional: JSONWritable where Wrapped: JSONWritable {
    package func appendJSON(to buffer: inout ByteBuffer) {
        if let self { self.appendJSON(to: &buffer) } else { buffer.append("null") }
    }
}
