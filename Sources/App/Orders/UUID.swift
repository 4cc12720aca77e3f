import Reactor

/// A UUID as two words (RFC 9562): order, job and message ids are all of this type.
///
/// Ordered as the bytes are, so that version 7 ids sort by the time at which they were made.
///
/// Public, though nobody outside the package can import this module: what has package access is not inlined into
/// another module, and the caches compare ids in every look-up.
public struct UUID: Hashable, Comparable, Sendable {
    /// The first eight bytes, the first of them the most significant.
    public var high: UInt64
    /// The last eight bytes, likewise.
    public var low: UInt64

    /// Length of the text form, `8-4-4-4-12` hexadecimal digits.
    @inlinable public static var textLength: Int { 36 }

    /// Whether all bytes are the same.
    @inlinable public static func == (left: UUID, right: UUID) -> Bool {
        left.high == right.high && left.low == right.low
    }

    /// Reads the text form in either case; nil for anything else.
    package init?(text: UnsafeRawBufferPointer) {
        guard text.count == Self.textLength else { return nil }
        let hyphen = UInt8(ascii: "-")
        guard text[8] == hyphen, text[13] == hyphen, text[18] == hyphen, text[23] == hyphen else { return nil }
        guard let first = HexadecimalDigits.value(ofDigits: text.word(at: 0)),
            let second = HexadecimalDigits.value(ofDigits: text.halfWord(at: 9) << 32 | text.halfWord(at: 14)),
            let third = HexadecimalDigits.value(ofDigits: text.halfWord(at: 19) << 32 | text.halfWord(at: 24)),
            let fourth = HexadecimalDigits.value(ofDigits: text.word(at: 28))
        else { return nil }
        high = UInt64(first) << 32 | UInt64(second)
        low = UInt64(third) << 32 | UInt64(fourth)
    }

    /// Of its two words.
    @inlinable public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// In the order of the bytes.
    @inlinable public static func < (left: UUID, right: UUID) -> Bool {
        left.high == right.high ? left.low < right.low : left.high < right.high
    }

    /// Writes the 36 bytes of the lower-case text form to the start of `room`.
    package func write(to room: UnsafeMutableRawBufferPointer) {
        precondition(room.count >= Self.textLength)
        let first = HexadecimalDigits.digits(of: UInt32(truncatingIfNeeded: high >> 32))
        let second = HexadecimalDigits.digits(of: UInt32(truncatingIfNeeded: high))
        let third = HexadecimalDigits.digits(of: UInt32(truncatingIfNeeded: low >> 32))
        let fourth = HexadecimalDigits.digits(of: UInt32(truncatingIfNeeded: low))
        // The last store ends at byte 36, within the room that was just checked.
        room.storeBytes(of: first.bigEndian, toByteOffset: 0, as: UInt64.self)
        room.storeBytes(of: UInt32(truncatingIfNeeded: second >> 32).bigEndian, toByteOffset: 9, as: UInt32.self)
        room.storeBytes(of: UInt32(truncatingIfNeeded: second).bigEndian, toByteOffset: 14, as: UInt32.self)
        room.storeBytes(of: UInt32(truncatingIfNeeded: third >> 32).bigEndian, toByteOffset: 19, as: UInt32.self)
        room.storeBytes(of: UInt32(truncatingIfNeeded: third).bigEndian, toByteOffset: 24, as: UInt32.self)
        room.storeBytes(of: fourth.bigEndian, toByteOffset: 28, as: UInt64.self)
        room[8] = UInt8(ascii: "-")
        room[13] = UInt8(ascii: "-")
        room[18] = UInt8(ascii: "-")
        room[23] = UInt8(ascii: "-")
    }
}

extension ByteBuffer {
    /// Appends the 36 bytes of the lower-case text form.
    package mutating func append(_ uuid: UUID) {
        uuid.write(to: reserve(UUID.textLength))
        commit(UUID.textLength)
    }
}

extension UnsafeRawBufferPointer {
    /// Eight bytes, the first of them the most significant.
    fileprivate func word(at offset: Int) -> UInt64 {
        UInt64(bigEndian: loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// Four bytes, the first of them the most significant.
    fileprivate func halfWord(at offset: Int) -> UInt64 {
        UInt64(UInt32(bigEndian: loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
    }
}

extension UUID {
    package var version: Int { Int(high >> 12 & 0xF) }

    /// When a version 7 id was made; nil for others.
    package var millisecondsSince1970: UInt64? { version == 7 ? high >> 16 : nil }
}

extension UUID: CustomStringConvertible {
    /// The lower-case text form; for logs and tests.
    public var description: String {
        String(unsafeUninitializedCapacity: Self.textLength) { room in
            write(to: UnsafeMutableRawBufferPointer(room))
            return Self.textLength
        }
    }
}
