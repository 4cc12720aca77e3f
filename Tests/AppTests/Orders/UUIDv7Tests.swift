import Reactor
import Synchronization
import Testing

@testable import Orders

private let nanosecondsPerMillisecond: UInt64 = 1_000_000

@Suite struct UUIDv7Tests {
    @Test("An id carries the milliseconds, their fraction, version and variant where RFC 9562 puts them")
    func layout() {
        var generator = UUIDv7Generator(clock: UUIDv7Clock())
        // The example of RFC 9562, appendix A.6: Tuesday, February 22, 2022 2:22:22.00 PM GMT-05:00.
        let milliseconds: UInt64 = 0x017F_22E2_79B0
        for (nanoseconds, fraction) in [(0, 0), (250_000, 0x400), (500_000, 0x800), (999_999, 0xFFF)]
            as [(UInt64, UInt64)]
        {
            let id = generator.next(nanosecondsSince1970: milliseconds * nanosecondsPerMillisecond + nanoseconds)
            #expect(id.high == milliseconds << 16 | 0x7000 | fraction)
            #expect(id.low >> 62 == 0b10)
            #expect(id.string.hasPrefix("017f22e2-79b0-7"))
        }
    }

    @Test("Ids of one instant increase, past the end of its millisecond too")
    func oneInstant() {
        var generator = UUIDv7Generator(clock: UUIDv7Clock())
        var previous = generator.next(nanosecondsSince1970: 5 * nanosecondsPerMillisecond)
        for _ in 0..<10_000 {
            let id = generator.next(nanosecondsSince1970: 5 * nanosecondsPerMillisecond)
            #expect(previous < id && previous.high < id.high)
            #expect(id.high >> 12 & 0xF == 7)
            previous = id
        }
        // 10,000 units of 1/4096 ms on.
        #expect(previous.high >> 16 == 5 + 2)
    }

    @Test("When the wall clock steps back, ids go on increasing, and meet it again when it has caught up")
    func clockSteppingBack() {
        var generator = UUIDv7Generator(clock: UUIDv7Clock())
        let before = generator.next(nanosecondsSince1970: 1000 * nanosecondsPerMillisecond)
        let during = generator.next(nanosecondsSince1970: 10 * nanosecondsPerMillisecond)
        let zero = generator.next(nanosecondsSince1970: 0)
        let after = generator.next(nanosecondsSince1970: 1001 * nanosecondsPerMillisecond)
        #expect(before < during && during < zero && zero < after)
        #expect(zero.high >> 16 == 1000)
        #expect(after.high == 1001 << 16 | 0x7000)
    }

    @Test("The random part differs from id to id, in every bit, over many refills")
    func randomPart() {
        var generator = UUIDv7Generator(clock: UUIDv7Clock())
        var seen: Set<UInt64> = []
        var ones: UInt64 = 0
        var zeros: UInt64 = 0
        for _ in 0..<5000 {
            let low = generator.next(nanosecondsSince1970: 0).low
            seen.insert(low)
            ones |= low
            zeros |= ~low
        }
        // Two of 5,000 being equal has a chance of 1 in 10^11, a bit never changing one of 1 in 10^1500.
        #expect(seen.count == 5000)
        #expect(ones == (0b10 << 62 | UInt64.max >> 2))
        #expect(zeros == (0b01 << 62 | UInt64.max >> 2))
    }

    @Test("Eight threads on one clock make ids that are all distinct, each thread's increasing")
    func eightThreads() {
        let clock = UUIDv7Clock()
        let made = Mutex<[[UUID]]>([])
        let threads = (0..<8).map { _ in
            Thread(name: "ids") {
                var generator = UUIDv7Generator(clock: clock)
                // All ask for the same two instants, so that each id is contended for.
                let ids = (0..<20_000).map {
                    generator.next(nanosecondsSince1970: UInt64($0 & 1) * nanosecondsPerMillisecond)
                }
                made.withLock { $0.append(ids) }
            }
        }
        for thread in threads { thread.join() }
        let ids = made.withLock { $0 }
        #expect(ids.count == 8)
        for ofThread in ids {
            #expect(zip(ofThread, ofThread.dropFirst()).allSatisfy { $0.high < $1.high })
        }
        // The time alone is distinct, without help from the random part.
        #expect(Set(ids.joined().map(\.high)).count == 8 * 20_000)
    }
}
