import Orders

/// The hash of an order id: two full-width multiplications keyed by the process.
///
/// The low word of a version 4 or 7 id is random, but ids also come from databases taken over (version 1 ends in a
/// fixed network address) and from anybody's URL. Without the key nobody can choose ids that share a shard or a bucket.
struct CacheHash: Sendable {
    private let first: UInt64
    private let second: UInt64

    init(randomSeed: UInt64) {
        var generator = SplitMix(state: randomSeed)
        first = generator.next()
        second = generator.next()
    }

    func callAsFunction(_ id: UUID) -> UInt64 {
        let folded = Self.fold(id.high ^ first, id.low ^ second)
        return Self.fold(folded ^ second, 0x9e37_79b9_7f4a_7c15)
    }

    private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }
}

/// Small and fast pseudo-random numbers (Steele, Lea, Flood: SplitMix64), for jitter and for keys derived from a
/// randomSeed.
package struct SplitMix: RandomNumberGenerator, Sendable {
    package var state: UInt64

    package init(state: UInt64) {
        self.state = state
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
