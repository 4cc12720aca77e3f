/// The Date line of answers (RFC 9110 sections 5.6.7 and 6.6.1), formatted once for each second.
///
/// Wall time comes from the caller; one for each event loop.
package struct DateCache: Sendable {
    /// `Date: Sun, 06 Nov 1994 08:49:37 GMT` with its line end.
    private var line: InlineArray<37, UInt8>
    private var second: Int

    /// - Parameter second: since 1970-01-01T00:00:00Z.
    package init(second: Int) {
        self.line = DateCache.line(at: second)
        self.second = second
    }

    /// Formats anew when the second is another one than the last time.
    package mutating func update(second: Int) {
        guard second != self.second else { return }
        line = DateCache.line(at: second)
        self.second = second
    }

    package func append(to buffer: inout ByteBuffer) {
        line.span.withUnsafeBytes { buffer.append($0) }
    }

    /// What four digits of a year can hold; a clock outside of it is shown as its nearest end, not trapped on.
    private static let seconds = 0...253_402_300_799

    private static func line(at second: Int) -> InlineArray<37, UInt8> {
        let second = min(max(second, seconds.lowerBound), seconds.upperBound)
        let days = second / 86_400
        let time = second % 86_400
        let date = CivilDate(daysSinceEpoch: days)
        var writer = FixedWriter()
        writer.put("Date: ")
        // 1970-01-01 was a Thursday.
        writer.put("ThuFriSatSunMonTueWed", days % 7 * 3)
        writer.put(", ")
        writer.put(date.day)
        writer.put(" ")
        writer.put("JanFebMarAprMayJunJulAugSepOctNovDec", (date.month - 1) * 3)
        writer.put(" ")
        writer.put(date.year / 100)
        writer.put(date.year % 100)
        writer.put(" ")
        writer.put(time / 3600)
        writer.put(":")
        writer.put(time / 60 % 60)
        writer.put(":")
        writer.put(time % 60)
        writer.put(" GMT\r\n")
        precondition(writer.count == 37)
        return writer.bytes
    }

    private struct FixedWriter {
        var bytes = InlineArray<37, UInt8>(repeating: 0)
        var count = 0

        mutating func put(_ text: StaticString) {
            for index in 0..<text.utf8CodeUnitCount { put(byte: text.utf8Start[index]) }
        }

        /// The three letters at `offset` of `names`.
        mutating func put(_ names: StaticString, _ offset: Int) {
            precondition(offset >= 0 && offset + 3 <= names.utf8CodeUnitCount)
            for index in offset..<offset + 3 { put(byte: names.utf8Start[index]) }
        }

        /// Two digits.
        mutating func put(_ number: Int) {
            put(byte: UInt8(ascii: "0") + UInt8(number / 10))
            put(byte: UInt8(ascii: "0") + UInt8(number % 10))
        }

        private mutating func put(byte: UInt8) {
            bytes[count] = byte
            count += 1
        }
    }
}
