/// What a probe looks at in an answer (RFC 9112 section 4).
package struct ProbeAnswer: Equatable, Sendable {
    /// The status code, 100 to 599.
    package let status: Int
    /// One line: characters that would end it or move a terminal's cursor are spaces. Cut where it gets too long to
    /// read.
    package let text: String

    private static let maxTextBytes = 2_000

    package init(status: Int, text: String) {
        self.status = status
        self.text = text
    }

    /// nil when `bytes` is not the whole head of an answer.
    init?(_ bytes: UnsafeRawBufferPointer) {
        let version: StaticString = "HTTP/1."
        let count = version.utf8CodeUnitCount
        // A digit of the version, a space, three digits of the status, and what ends them.
        guard bytes.count > count + 5,
            bytes[..<count].elementsEqual(UnsafeBufferPointer(start: version.utf8Start, count: count)),
            bytes[count + 1] == UInt8(ascii: " "), let status = Self.number(bytes[(count + 2)..<(count + 5)]),
            (100...599).contains(status), let end = Self.endOfHead(bytes)
        else { return nil }
        self.status = status
        text = Self.line(bytes[end...].prefix(Self.maxTextBytes))
    }

    private static func number(_ digits: Slice<UnsafeRawBufferPointer>) -> Int? {
        digits.reduce(0) { number, byte in
            guard let number, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            return number * 10 + Int(byte - UInt8(ascii: "0"))
        }
    }

    /// The offset behind the empty line.
    private static func endOfHead(_ bytes: UnsafeRawBufferPointer) -> Int? {
        let line = [UInt8(ascii: "\r"), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\n")]
        return bytes.firstRange(of: line)?.upperBound
    }

    private static func line(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
        String(decoding: bytes.map { $0 < 0x20 || $0 == 0x7f ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
    }
}
