import Glibc
import Reactor

/// Makes version 7 UUIDs (RFC 9562, section 5.7) that increase strictly within the process. One per thread, all on one
/// ``UUIDv7Clock``.
package struct UUIDv7Generator: ~Copyable {
    private let clock: UUIDv7Clock
    /// Random bytes not used yet: one system call serves 512 ids.
    private var randomBytes = ByteBuffer()

    private static let refillBytes = 4096

    package init(clock: UUIDv7Clock) { self.clock = clock }

    /// The wall clock is the caller's, who may read it once for many ids: they differ and increase all the same.
    package mutating func next(nanosecondsSince1970: UInt64) -> UUID {
        let time = clock.advance(toNanosecondsSince1970: nanosecondsSince1970)
        // 48 bits of milliseconds, version 7, 12 bits of the fraction; then variant 0b10 and 62 random bits.
        let high = (time >> 12) << 16 | 0x7000 | time & 0xFFF
        let low = 0b10 << 62 | nextRandom() >> 2
        return UUID(high: high, low: low)
    }

    private mutating func nextRandom() -> UInt64 {
        if randomBytes.isEmpty {
            let room = randomBytes.reserve(Self.refillBytes)
            // The room holds at least that much. glibc's is a bare getrandom(2), retried until it is full.
            arc4random_buf(room.baseAddress!, Self.refillBytes)
            randomBytes.commit(Self.refillBytes)
        }
        let random = randomBytes.bytes.loadUnaligned(as: UInt64.self)
        randomBytes.consume(MemoryLayout<UInt64>.size)
        return random
    }
}
