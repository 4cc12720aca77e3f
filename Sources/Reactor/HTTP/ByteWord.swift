/// Eight bytes looked at together; each test gives a word in which the top bits of bytes are set.
///
/// The tests for values and targets are exact only in their lowest set bit, which is all that a search needs: they
/// subtract, which borrows into a byte's top bit where the byte is too small, and a borrow travels only upwards from a
/// true hit.
struct ByteWord: Sendable {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let tops: UInt64 = 0x8080_8080_8080_8080

    /// Little-endian: the first byte is the lowest.
    let bits: UInt64

    /// Bytes that may not stand in a field value; HTAB, which may, is among them.
    @inline(__always)
    var controls: UInt64 { below(0x20, bits) | equal(to: 0x7f) }

    /// Bytes that may not stand in a request target.
    @inline(__always)
    var nonTargets: UInt64 { below(0x21, bits) | equal(to: 0x7f) | equal(to: UInt8(ascii: "#")) | bits & Self.tops }

    @inline(__always)
    func equal(to byte: UInt8) -> UInt64 { below(1, bits ^ (Self.ones &* UInt64(byte))) }

    /// Bytes other than ASCII letters and hyphens, of which nearly all header names consist.
    ///
    /// Exact in every bit, since complements are combined here: each addition is to seven bits and stays in its byte.
    @inline(__always)
    var nonLetters: UInt64 {
        let sevenBits = ~Self.tops
        let lower = (bits | Self.ones &* 0x20) & sevenBits
        let fromA = lower &+ Self.ones &* (0x80 - 0x61)
        let pastZ = lower &+ Self.ones &* (0x80 - 0x7b)
        let hyphenIsZero = bits ^ (Self.ones &* UInt64(UInt8(ascii: "-")))
        let notHyphen = (hyphenIsZero & sevenBits) &+ sevenBits | hyphenIsZero
        return (~fromA | pastZ | bits) & notHyphen & Self.tops
    }

    /// Bytes below `bound`, which is at most 0x80.
    @inline(__always)
    private func below(_ bound: UInt64, _ word: UInt64) -> UInt64 { (word &- Self.ones &* bound) & ~word & Self.tops }
}
