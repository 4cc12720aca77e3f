/// Scans and comparisons over the bytes of a head, all of them bounds-checked by `Span`.
extension Span where Element == UInt8 {
    /// The first index from `start` on whose byte is not a token character, or `end`.
    @inline(__always)
    func skipToken(from start: Int, to end: Int) -> Int {
        var index = start
        while index + 8 <= end {
            let hits = ByteWord(bits: load64(at: index)).nonLetters
            if hits == 0 {
                index += 8
                continue
            }
            index += hits.trailingZeroBitCount / 8
            if !ByteClass.token.contains(self[index]) { return index }
            index += 1
        }
        while index < end, ByteClass.token.contains(self[index]) { index += 1 }
        return index
    }

    /// The first index from `start` on whose byte may not stand in a request target, or `end`.
    @inline(__always)
    func skipTarget(from start: Int, to end: Int) -> Int {
        var index = start
        while index + 8 <= end {
            let hits = ByteWord(bits: load64(at: index)).nonTargets
            if hits != 0 { return index + hits.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < end, ByteClass.isTarget(self[index]) { index += 1 }
        return index
    }

    /// The first index from `start` on whose byte may not stand in a field value, or `end`.
    @inline(__always)
    func skipFieldValue(from start: Int, to end: Int) -> Int {
        var index = start
        while index + 8 <= end {
            let hits = ByteWord(bits: load64(at: index)).controls
            if hits == 0 {
                index += 8
                continue
            }
            index += hits.trailingZeroBitCount / 8
            if self[index] != ByteClass.tab { return index }
            index += 1
        }
        while index < end, ByteClass.isFieldValue(self[index]) { index += 1 }
        return index
    }

    /// The first index of `byte` in `range`, or its end.
    @inline(__always)
    func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int {
        var index = range.lowerBound
        while index + 8 <= range.upperBound {
            let hits = ByteWord(bits: load64(at: index)).equal(to: byte)
            if hits != 0 { return index + hits.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < range.upperBound, self[index] != byte { index += 1 }
        return index
    }

    /// `range` without the blanks at both of its ends.
    @inline(__always)
    func trimmed(_ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        var end = range.upperBound
        while start < end, ByteClass.isBlank(self[start]) { start += 1 }
        while end > start, ByteClass.isBlank(self[end - 1]) { end -= 1 }
        return start..<end
    }

    /// Eight bytes as a little-endian word; traps when they don't all lie inside.
    @inline(__always)
    func load64(at index: Int) -> UInt64 {
        UInt64(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
    }

    @inline(__always)
    func load32(at index: Int) -> UInt32 {
        UInt32(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt32.self))
    }

    /// Whether the bytes at `start` are exactly those of `literal`; the caller has compared the lengths.
    func hasBytes(of literal: StaticString, at start: Int) -> Bool {
        for index in 0..<literal.utf8CodeUnitCount where self[start + index] != literal.utf8Start[index] {
            return false
        }
        return true
    }

    /// Whether the bytes in `range` are `lowercase` in whatever case.
    ///
    /// `lowercase` holds only a-z, 0-9 and hyphens, and `range` only bytes that may stand in a header line. Then
    /// setting bit 0x20 makes no two different bytes equal to one of the literal's, other than the two cases of a
    /// letter: what would turn into a digit or a hyphen is a control character. So words are compared, the last one
    /// overlapping.
    @inline(__always)
    func matches(_ range: Range<Int>, _ lowercase: StaticString) -> Bool {
        let count = lowercase.utf8CodeUnitCount
        guard range.count == count else { return false }
        // Proof for the unchecked loads of the literal: each reads n bytes at an offset between 0 and count - n.
        let literal = UnsafeRawPointer(lowercase.utf8Start)
        let start = range.lowerBound
        guard count >= 8 else {
            guard count >= 4 else {
                for index in 0..<count where self[start + index] | 0x20 != lowercase.utf8Start[index] { return false }
                return true
            }
            let first = UInt32(littleEndian: literal.loadUnaligned(as: UInt32.self))
            let last = UInt32(littleEndian: literal.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self))
            return load32(at: start) | 0x2020_2020 == first && load32(at: start + count - 4) | 0x2020_2020 == last
        }
        var offset = 0
        while true {
            let wanted = UInt64(littleEndian: literal.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            if load64(at: start + offset) | 0x2020_2020_2020_2020 != wanted { return false }
            if offset == count - 8 { return true }
            offset = Swift.min(offset + 8, count - 8)
        }
    }
}

extension ByteRange {
    @inline(__always)
    init(_ range: Range<Int>) { self.init(start: range.lowerBound, count: range.count) }

    @inline(__always)
    var indices: Range<Int> { Int(start)..<end }
}
