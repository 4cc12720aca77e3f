/// The chunked coding (RFC 9112 section 7.1) read line by line into arrays, as simply as it can be said: what the
/// decoder in place is compared with.
package struct ReferenceChunks: Equatable {
    package var body: [UInt8] = []
    /// Behind the empty line that ends the body.
    package var end = 0

    /// Nil where no whole, well-formed body begins at `start`. There are no limits.
    package init?(_ bytes: [UInt8], from start: Int) {
        end = start
        while let line = Self.line(bytes, &end) {
            guard let size = Self.size(line) else { return nil }
            if size == 0 {
                while let trailer = Self.line(bytes, &end) {
                    if trailer.isEmpty { return }
                    guard Self.isField(trailer) else { return nil }
                }
                return nil
            }
            guard size <= UInt64(bytes.count), Int(size) + 2 <= bytes.count - end else { return nil }
            body += bytes[end..<end + Int(size)]
            end += Int(size)
            guard Self.line(bytes, &end) == [] else { return nil }
        }
        return nil
    }

    /// The line at `position`, without its CR LF; nil where there is none, or where it holds a control character.
    package static func line(_ bytes: [UInt8], _ position: inout Int) -> [UInt8]? {
        var line: [UInt8] = []
        while position < bytes.count {
            if bytes[position] == 13 {
                guard position + 1 < bytes.count, bytes[position + 1] == 10 else { return nil }
                position += 2
                return line
            }
            guard bytes[position] == 9 || (bytes[position] >= 32 && bytes[position] != 127) else { return nil }
            line.append(bytes[position])
            position += 1
        }
        return nil
    }

    /// `token ":" anything`.
    package static func isField(_ line: [UInt8]) -> Bool {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0 else { return false }
        return line[..<colon].allSatisfy { token.contains($0) }
    }

    private static let token = Set("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)

    /// Up to 16 digits, then nothing or an extension that blanks may precede.
    private static func size(_ line: [UInt8]) -> UInt64? {
        let digits = line.prefix { Character(UnicodeScalar($0)).isHexDigit }
        let rest = line.dropFirst(digits.count).drop { $0 == 32 || $0 == 9 }
        guard digits.count <= 16, line.count == digits.count || rest.first == UInt8(ascii: ";") else { return nil }
        return UInt64(String(decoding: digits, as: UTF8.self), radix: 16)
    }
}
