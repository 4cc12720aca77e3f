import Reactor
import Testing

@testable import API
@testable import Orders

@Suite struct CacheTrustTests {
    /// When the connection was made, in milliseconds since 1970. All times below count from it.
    private static let start: UInt64 = 1_750_000_000_000
    private static let (temporaryTTLSeconds, detailTTLSeconds) = (60, 30)

    /// A loop that is connected since ``start``, `changes` Redis later than the first.
    private func trust(changes: Int = 0, temporary: Int = temporaryTTLSeconds) -> CacheTrust {
        var trust = CacheTrust(temporaryTTLSeconds: temporary, detailTTLSeconds: Self.detailTTLSeconds)
        trust.note(knownSinceMilliseconds: Self.start, changes: changes)
        return trust
    }

    private func version(_ milliseconds: Int) -> OrderVersion {
        OrderVersion(millisecondsSince1970: UInt64(Int(Self.start) + milliseconds))
    }

    private func id(_ milliseconds: Int) -> UUID {
        UUID(high: version(milliseconds).number | 0x7000, low: 1 << 63 | 1)
    }

    private let foreign = UUID(high: 0x1234_5678_9abc_4def, low: 1 << 63 | 1)

    /// What Redis shows of an order that was written then. `letter` is nil for one as it was created.
    private func shown(_ milliseconds: Int, _ letter: Character?) -> PendingVersion {
        guard let letter else {
            return PendingVersion(UnsafeRawBufferPointer(start: nil, count: 0), of: id(milliseconds))
        }
        var value = ByteBuffer()
        value.append(hex: version(milliseconds))
        value.append(byte: letter.asciiValue ?? 0)
        return PendingVersion(value.bytes, of: id(0))
    }

    private func mayShow(
        _ trust: CacheTrust, _ milliseconds: Int, _ letter: Character? = "u", now: Int
    ) -> Bool {
        trust.mayShow(shown(milliseconds, letter), nowMilliseconds: UInt64(Int(Self.start) + now))
    }

    @Test("A change that is pending for longer than a worker needs is checked", arguments: ["u", "d"] as [Character])
    func oldChange(letter: Character) {
        let trust = trust()
        for (age, isShown) in [(0, true), (10_000, true), (10_001, false), (86_400_000, false)] {
            #expect(mayShow(trust, 100_000, letter, now: 100_000 + age) == isShown, "\(age)")
        }
    }

    @Test("A new order may have been applied and stay for its time, so it is checked that much later")
    func oldCreation() {
        let trust = trust()
        for (age, isShown) in [(0, true), (70_000, true), (70_001, false)] {
            #expect(mayShow(trust, 100_000, nil, now: 100_000 + age) == isShown, "\(age)")
        }
    }

    @Test("What was written before this Redis was known is checked, and what clocks may have put there wrongly")
    func before() {
        let trust = trust()
        for (written, isShown) in [(-60_000, false), (0, false), (2_000, false), (2_001, true), (5_000, true)] {
            #expect(mayShow(trust, written, now: 5_000) == isShown, "\(written)")
            #expect(mayShow(trust, written, nil, now: 5_000) == isShown, "\(written)")
        }
    }

    @Test("What was written in the future doesn't look new for longer than clocks may differ")
    func future() {
        let trust = trust()
        for (ahead, isShown) in [(2_000, true), (2_001, false), (172_800_000, false)] {
            #expect(mayShow(trust, 100_000 + ahead, now: 100_000) == isShown, "\(ahead)")
        }
    }

    @Test("Before the first connection all is checked that is pending")
    func unknown() {
        let trust = CacheTrust(temporaryTTLSeconds: 60, detailTTLSeconds: 30)
        #expect(!mayShow(trust, 5_000, now: 5_000) && !mayShow(trust, 5_000, nil, now: 5_000))
    }

    @Test("A connection that is made anew makes older writes be checked")
    func reconnected() {
        var trust = trust()
        #expect(mayShow(trust, 100_000, now: 103_000))
        trust.note(knownSinceMilliseconds: Self.start + 101_000, changes: 1)
        #expect(!mayShow(trust, 100_000, now: 103_000) && mayShow(trust, 104_000, now: 104_000))
    }

    @Test("What was applied is shown, however old; what is over and shown all the same is checked")
    func settled() {
        let trust = trust()
        for written in [-5_000_000, 0, 100_000] {
            #expect(mayShow(trust, written, "a", now: 100_000) && !mayShow(trust, written, "o", now: 100_000))
        }
    }

    @Test("After a change of Redis, what was read or applied is passed over for the longest life that it may have")
    func otherRedis() {
        for (temporary, life) in [(60, 60_000), (5, 33_000)] {
            var trust = trust(temporary: temporary)
            #expect(mayShow(trust, -1, "a", now: 0))
            trust.note(knownSinceMilliseconds: Self.start + 1_000, changes: 1)
            #expect(!mayShow(trust, -1, "a", now: 1_000 + life - 1) && mayShow(trust, -1, "a", now: 1_000 + life))
            let isShown = [life - 1, life].map {
                trust.mayShow(read: version(-1), nowMilliseconds: Self.start + 1_000 + UInt64($0))
            }
            #expect(isShown == [false, true])
            // It is noted with every look.
            trust.note(knownSinceMilliseconds: Self.start + 1_000, changes: 1)
            #expect(mayShow(trust, -1, "a", now: 1_000 + life))
            trust.note(knownSinceMilliseconds: Self.start + 500_000, changes: 2)
            #expect(!mayShow(trust, -1, "a", now: 500_000))
        }
    }

    @Test("After a reset no order is shown that was created up to it, whatever was written to it since")
    func erased() {
        var trust = trust()
        for written in [id(-5), id(5), foreign] { #expect(!trust.isErased(written, version(0))) }
        trust.note(reset: version(0))
        trust.note(reset: version(-1_000))
        #expect(trust.reset == version(0))
        for (created, written, isErased) in [
            (id(-5), version(-5), true), (id(-5), version(50), true), (id(0), version(0), true),
            (id(1), version(1), false), (id(1), version(50), false),
            // An id that doesn't tell its time: what was written since is there.
            (foreign, version(-1), true), (foreign, version(0), true), (foreign, version(1), false),
            (foreign, .none, false),
        ] {
            #expect(trust.isErased(created, written) == isErased, "\(created) \(written)")
        }
    }

    @Test("After a reset, what was read and has no version is passed over: it may be from before")
    func withoutVersion() {
        var trust = trust()
        #expect(trust.mayShow(read: .none, nowMilliseconds: Self.start))
        trust.note(reset: version(0))
        #expect(!trust.mayShow(read: .none, nowMilliseconds: Self.start))
        #expect(trust.mayShow(read: version(1), nowMilliseconds: Self.start))
    }
}
