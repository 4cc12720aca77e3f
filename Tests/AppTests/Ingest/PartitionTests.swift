import Testing

@testable import App

@Suite struct PartitionTests {
    @Test(
        "An id has its partition for ever: these must not change, or the jobs of one order get into two queues",
        arguments: [
            ("00000000-0000-0000-0000-000000000000", [0, 0, 0, 0, 0, 0]),
            ("00000000-0000-0000-0000-000000000001", [0, 0, 2, 0, 5, 12]),
            ("ffffffff-ffff-ffff-ffff-ffffffffffff", [0, 0, 0, 0, 0, 0]),
            ("017f22e2-79b0-7cc3-98c4-dc0c0c07398f", [0, 1, 2, 3, 5, 7]),
            ("0197a5c0-1234-7abc-8def-0123456789ab", [0, 1, 2, 1, 3, 13]),
            ("f81d4fae-7dec-11d0-a765-00a0c91e6bf6", [0, 0, 2, 2, 5, 14]),
            ("6ba7b810-9dad-11d1-80b4-00c04fd430c8", [0, 0, 1, 2, 3, 14]),
            ("919108f7-52d1-4320-9bac-f847db4148a8", [0, 0, 1, 0, 6, 8]),
        ])
    func stable(text: String, expected: [Int]) {
        #expect([1, 2, 3, 4, 7, 16].map { UUID(text).partition(of: $0) } == expected)
    }

    private static func isEven(_ ids: [UUID], over count: Int) -> Bool {
        var sizes = [Int](repeating: 0, count: count)
        for id in ids { sizes[id.partition(of: count)] += 1 }
        let share = ids.count / count
        return sizes.allSatisfy { abs($0 - share) <= share / 10 }
    }

    @Test("Ids of the service itself spread evenly, be they made in one instant or over days", arguments: [2, 3, 4, 8])
    func version7(count: Int) {
        var generator = UUIDv7Generator(clock: UUIDv7Clock())
        let start: UInt64 = 1_764_000_000_000_000_000
        #expect(Self.isEven((0..<40_000).map { _ in generator.next(nanosecondsSince1970: start) }, over: count))
        var later = UUIDv7Generator(clock: UUIDv7Clock())
        let days = (0..<40_000).map { later.next(nanosecondsSince1970: start + $0 * 10_000_000_000) }
        #expect(Self.isEven(days, over: count))
    }

    @Test("Random ids of others spread evenly", arguments: [2, 3, 4, 8])
    func version4(count: Int) {
        var random = SplitMix(state: 1)
        let ids = (0..<40_000).map { _ in
            UUID(high: random.next() & ~0xf000 | 0x4000, low: random.next() >> 2 | 1 << 63)
        }
        #expect(Self.isEven(ids, over: count))
    }

    @Test("It is enough that one half of the ids is random, whichever")
    func halves() {
        var random = SplitMix(state: 2)
        let words = (0..<40_000).map { _ in random.next() }
        #expect(Self.isEven(words.map { UUID(high: 0x0197_0000_0000_7000, low: $0) }, over: 4))
        #expect(Self.isEven(words.map { UUID(high: $0, low: 1 << 63) }, over: 4))
    }
}
