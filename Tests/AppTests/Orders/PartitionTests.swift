import Testing

@testable import Cache
@testable import Orders

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

    /// Version 7 ids, always the same ones.
    private static func someIDs(_ count: Int, seed: UInt64) -> [UUID] {
        var random = SplitMix(state: seed)
        return (0..<count).map { _ in UUID(high: random.next() & ~0xf000 | 0x7000, low: random.next() >> 2 | 1 << 63) }
    }

    @Test("A placed id belongs to the partition asked for, however many there are, and is a version 7 id as before")
    func placed() {
        for count in 1...256 {
            for (number, id) in Self.someIDs(40, seed: UInt64(count)).enumerated() {
                let partition = number * 151 % count
                let placed = id.placed(in: partition, of: count)
                #expect(placed.partition(of: count) == partition, "\(id) in \(partition) of \(count)")
                #expect(placed.high == id.high && placed.low >> 62 == 0b10)
            }
        }
    }

    @Test("Each id finds its way to each of as many partitions as there can be")
    func placedEverywhere() {
        var missed = 0
        for id in Self.someIDs(20, seed: 3) {
            for partition in 0..<256 where id.placed(in: partition, of: 256).partition(of: 256) != partition {
                missed += 1
            }
        }
        // Of 4,096 random ids none would be the right one once in nine million times.
        #expect(missed == 0, "\(missed) of 5120")
    }

    @Test("An id that belongs there already stays as it is, and so does one for which no place is found")
    func placedUnchanged() {
        for id in Self.someIDs(100, seed: 4) {
            for count in [1, 2, 3, 256] { #expect(id.placed(in: id.partition(of: count), of: count) == id) }
            // Far more partitions than ids are looked at.
            let moved = (0..<20).map { ($0, id.placed(in: $0, of: 1 << 40)) }
            #expect(moved.allSatisfy { $0.1 == id || $0.1.partition(of: 1 << 40) == $0.0 })
            #expect(moved.contains { $0.1 == id })
        }
    }

    @Test(
        "A turn lasts 64 ms by the wall clock, whatever the time within the id, then the next partition has it, and after the last the first"
    )
    func turns() {
        for count in [1, 2, 3, 4, 256] {
            let start: UInt64 = 64 * UInt64(count) * 1_000_000
            for turn in 0..<UInt64(2 * count) {
                for millisecond: UInt64 in [0, 1, 63] {
                    let id = UUID(high: 1_764_000_000_000 << 16 | 0x7123, low: 1 << 63 | turn)
                    let placed = id.placed(inSliceAt: start + 64 * turn + millisecond, of: count)
                    #expect(placed.partition(of: count) == Int(turn) % count && placed.high == id.high)
                }
            }
        }
    }

    @Test("Placed ids of one instant are distinct and increase, wherever each is placed")
    func placedOrder() {
        var generator = UUIDv7Generator(clock: UUIDv7Clock())
        let ids = (0..<5_000).map {
            generator.next(nanosecondsSince1970: 1_764_000_000_000_000_000).placed(in: $0 / 10 % 4, of: 4)
        }
        #expect(zip(ids, ids.dropFirst()).allSatisfy { $0 < $1 })
        #expect(ids.enumerated().allSatisfy { $0.element.partition(of: 4) == $0.offset / 10 % 4 })
    }
}
