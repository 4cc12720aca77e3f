/// Percent escapes in paths and queries (RFC 3986 section 2.1).
package enum PercentEncoding {
    /// Appends `source` with its escapes replaced.
    ///
    /// - Parameter plusIsSpace: as HTML forms write queries; never in a path.
    /// - Returns: the bytes appended, or nil, with nothing appended, at a `%` without two hex digits. The result may
    ///   hold any byte, NUL, slash and broken UTF-8 included: whoever uses it checks what it needs.
    package static func decode(
        _ source: UnsafeRawBufferPointer, into buffer: inout ByteBuffer, plusIsSpace: Bool = false
    ) -> Int? {
        // Decoding never makes it longer.
        let room = buffer.reserve(source.count)
        var count = 0
        var index = 0
        while index < source.count {
            var byte = source[index]
            if byte == UInt8(ascii: "%") {
                guard index + 2 < source.count, let high = ByteClass.hexDigit(source[index + 1]),
                    let low = ByteClass.hexDigit(source[index + 2])
                else { return nil }
                byte = high << 4 | low
                index += 2
            } else if byte == UInt8(ascii: "+"), plusIsSpace {
                byte = ByteClass.space
            }
            room[count] = byte
            count += 1
            index += 1
        }
        buffer.commit(count)
        return count
    }
}
