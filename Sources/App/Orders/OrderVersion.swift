package import Reactor

/// Which of two states of an order is the newer one: the higher number. A hybrid logical clock (docs/design-notes.md,
/// "Versions"): the milliseconds since 1970, and 16 bits below them that tell writes of one millisecond apart.
///
/// A write gets a version above that of the state which it changes, so versions rise along with an order's writes even
/// where the clocks of those who take them differ. All that applies, shows or caches a state compares its version with
/// what is there. So a state may come late, in any order and any number of times.
///
/// Public like ``UUID``, because the caches compare versions in every look-up.
public struct OrderVersion: Hashable, Comparable, Sendable {
    /// 0...2^63-1, so that a database can hold it as a signed integer.
    public let number: UInt64

    /// Older than any write of this service: that of an order which the replaced service made.
    @inlinable public static var none: OrderVersion { OrderVersion(number: 0) }

    /// The highest there can be. It is far beyond any clock, so a job that claims a later one is broken.
    package static let highest = OrderVersion(number: UInt64(Int64.max))

    /// Of its number.
    @inlinable public init(number: UInt64) { self.number = number }

    /// The first one of this millisecond.
    package init(millisecondsSince1970 milliseconds: UInt64) { number = min(milliseconds << 16, Self.highest.number) }

    /// The first one of this microsecond.
    package init(microsecondsSince1970 microseconds: UInt64) {
        let (milliseconds, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000)
        number = min(milliseconds << 16 | (rest << 16) / 1_000, Self.highest.number)
    }

    /// That of an order's creation: it follows from the time within the id, so nothing has to carry it.
    @inlinable public init(ofCreation id: UUID) {
        let isTimed = (id.high >> 12) & 0xF == 7 && id.high >> 63 == 0
        number = isTimed ? id.high & ~0xFFFF : 0
    }

    /// The least one above this one.
    package var next: OrderVersion { OrderVersion(number: min(number + 1, Self.highest.number)) }

    package var millisecondsSince1970: UInt64 { number >> 16 }

    /// Whether both are of one state.
    @inlinable public static func == (left: OrderVersion, right: OrderVersion) -> Bool { left.number == right.number }

    /// Whether the left one is older.
    @inlinable public static func < (left: OrderVersion, right: OrderVersion) -> Bool { left.number < right.number }
}

extension OrderVersion: CustomStringConvertible {
    /// The decimal form, as in an entity tag.
    public var description: String { String(number) }
}

extension OrderVersion {
    /// The length of the hexadecimal form, whose texts sort as the versions do.
    package static var hexLength: Int { 16 }

    /// Reads 16 hexadecimal digits; nil for anything else.
    package init?(hex text: UnsafeRawBufferPointer) {
        guard text.count == Self.hexLength else { return nil }
        let first = UInt64(bigEndian: text.loadUnaligned(as: UInt64.self))
        let second = UInt64(bigEndian: text.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        guard let high = HexadecimalDigits.value(ofDigits: first), let low = HexadecimalDigits.value(ofDigits: second)
        else { return nil }
        self.init(number: UInt64(high) << 32 | UInt64(low))
    }
}

extension ByteBuffer {
    /// Appends 16 lower-case hexadecimal digits.
    package mutating func append(hex version: OrderVersion) {
        for half in [UInt32(truncatingIfNeeded: version.number >> 32), UInt32(truncatingIfNeeded: version.number)] {
            withUnsafeBytes(of: HexadecimalDigits.digits(of: half).bigEndian) { append($0) }
        }
    }
}
