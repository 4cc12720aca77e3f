import Reactor
import Testing

@testable import Orders

@Suite struct OrderVersionTests {
    @Test("A creation's version is the time within its id; an id that tells none has none")
    func creation() {
        let id = UUID(high: 0x0197_0000_1234_7ABC, low: 1 << 63 | 5)
        #expect(OrderVersion(ofCreation: id) == OrderVersion(millisecondsSince1970: 0x0197_0000_1234))
        #expect(OrderVersion(ofCreation: id).millisecondsSince1970 == id.millisecondsSince1970)
        for other in [UUID(high: 0x0197_0000_1234_4ABC, low: 1 << 63), UUID(high: 0x8197_0000_1234_7ABC, low: 1 << 63)]
        {
            #expect(OrderVersion(ofCreation: other) == .none)
        }
    }

    @Test("The next version is above, and there is none above the highest")
    func next() {
        #expect(OrderVersion.none.next.number == 1 && OrderVersion(number: 7).next > OrderVersion(number: 7))
        #expect(OrderVersion.highest.next == .highest)
        #expect(OrderVersion(millisecondsSince1970: .max) == .highest)
        #expect(OrderVersion(microsecondsSince1970: 1_999) == OrderVersion(number: 1 << 16 | 65_470))
    }

    @Test("Hexadecimal texts are read back, and sort as the versions do")
    func hexadecimal() {
        let versions = [0, 1, 0xFF, 1 << 33, 117_696_577_902_870_528, UInt64(Int64.max)].map {
            OrderVersion(number: $0)
        }
        var texts: [String] = []
        for version in versions {
            var text = ByteBuffer()
            text.append(hex: version)
            #expect(text.count == OrderVersion.hexLength && OrderVersion(hex: text.bytes) == version)
            texts.append(text.string)
        }
        #expect(texts == texts.sorted() && texts[2] == "00000000000000ff")
        for wrong in ["", "00000000000000f", "00000000000000fff", "000000000000g0ff"] {
            var text = ByteBuffer()
            text.append(string: wrong)
            #expect(OrderVersion(hex: text.bytes) == nil)
        }
    }

    @Test("The versions of a process rise, above what they change and above all ids, whatever its clock does")
    func clock() {
        let clock = UUIDv7Clock()
        var ids = UUIDv7Generator(clock: clock)
        let day: UInt64 = 24 * 3600 * 1_000_000_000
        let now: UInt64 = 1_764_000_000_000_000_000
        var last = OrderVersion.none
        for time in [now, now, now + 2 * day, now - day, now] {
            let created = OrderVersion(ofCreation: ids.next(nanosecondsSince1970: time))
            #expect(created >= OrderVersion(number: last.number & ~0xFFFF))
            let version = clock.version(above: created, nanosecondsSince1970: time)
            #expect(version > created && version > last)
            last = version
        }
        let ahead = OrderVersion(number: last.number + 1 << 40)
        #expect(clock.version(above: ahead, nanosecondsSince1970: now) == ahead.next)
        #expect(clock.version(above: .none, nanosecondsSince1970: now) < ahead, "another's clock doesn't move ours")
    }

    @Test("A clock that was set back over a restart gives nothing again that was given before")
    func restart() {
        let now: UInt64 = 1_764_000_000_000_000_000
        let before = UUIDv7Clock().version(above: .none, nanosecondsSince1970: now)
        let clock = UUIDv7Clock()
        clock.raise(above: before)
        var ids = UUIDv7Generator(clock: clock)
        let back = now - 2 * 24 * 3600 * 1_000_000_000
        #expect(clock.version(above: .none, nanosecondsSince1970: back) > before)
        let id = ids.next(nanosecondsSince1970: back)
        #expect(OrderVersion(ofCreation: id).millisecondsSince1970 == before.millisecondsSince1970 + 1)
        // The time within the ids stands nearly still; the partitions take turns by the wall clock all the same.
        let slices = (0..<40 as Range<UInt64>).map { slice -> Int in
            let nanoseconds = back + slice * 64_000_000
            return ids.next(nanosecondsSince1970: nanoseconds).placed(inSliceAt: nanoseconds / 1_000_000, of: 4)
                .partition(of: 4)
        }
        #expect((0..<4).allSatisfy { partition in slices.count { $0 == partition } == 10 })
    }

    @Test("What is created after a reset is above it, also where the clock stands nearly still")
    func afterReset() {
        let now: UInt64 = 1_764_000_000_000_000_000
        let clock = UUIDv7Clock()
        var ids = UUIDv7Generator(clock: clock)
        for reset in [clock.version(above: .none, nanosecondsSince1970: now), OrderVersion(number: 1 << 60 | 0xFFFF)] {
            clock.raise(above: reset)
            clock.raise(above: .none)
            for _ in 0..<2 {
                #expect(OrderVersion(ofCreation: ids.next(nanosecondsSince1970: now)) > reset)
                #expect(clock.version(above: .none, nanosecondsSince1970: now) > reset)
            }
        }
    }
}
