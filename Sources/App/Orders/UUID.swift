import Reactor

/// A UUID as two words (RFC 9562): order, job and message ids are all of this type.
///
/// Ordered as the bytes are, so that version 7 ids sort by the time at which they were made.
struct UUID: Hashable, Comparable, Sendable {
    var high: UInt64
    var low: UInt64

    /// Length of the text form, `8-4-4-4-12` hexadecimal digits.
    static let textLength = 36

    /// Reads the text form in either case; nil for anything else.
    init?(text: UnsafeRawBufferPointer) {
        guard text.count == Self.textLength else { return nil }
        var words: (UInt64, UInt64) = (0, 0)
        var digits = 0
        for (index, byte) in text.enumerated() {
            if index == 8 || index == 13 || index == 18 || index == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard let digit = Self.hexadecimalValue(byte) else { return nil }
            if digits < 16 {
                words.0 = words.0 << 4 | UInt64(digit)
            } else {
                words.1 = words.1 << 4 | UInt64(digit)
            }
            digits += 1
        }
        high = words.0
        low = words.1
    }

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    static func < (left: UUID, right: UUID) -> Bool {
        left.high == right.high ? left.low < right.low : left.high < right.high
    }

    /// Writes the 36 bytes of the lower-case text form to the start of `room`.
    func write(to room: UnsafeMutableRawBufferPointer) {
        precondition(room.count >= Self.textLength)
        var position = 0
        for nibble in 0..<32 {
            if nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20 {
                room[position] = UInt8(ascii: "-")
                position += 1
            }
            let word = nibble < 16 ? high : low
            let digit = UInt8(truncatingIfNeeded: word >> UInt64(60 - (nibble % 16) * 4)) & 0xf
            room[position] = digit < 10 ? digit + UInt8(ascii: "0") : digit - 10 + UInt8(ascii: "a")
            position += 1
        }
    }

    private static func hexadecimalValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

extension ByteBuffer {
    /// Appends the 36 bytes of the lower-case text form.
    mutating func append(_ uuid: UUID) {
        uuid.write(to: reserve(UUID.textLength))
        commit(UUID.textLength)
    }
}
