import Glibc
import Testing

@testable import Reactor

@Suite("Deadline")
struct DeadlineTests {
    @Test(
        "milliseconds are rounded up, so that a wait never ends early",
        arguments: [(0, 0), (1, 1), (999_999, 1), (1_000_000, 1), (1_000_001, 2), (5_000_000_000, 5000)])
    func roundsUp(nanoseconds: UInt64, milliseconds: Int) {
        let now = Deadline(nanoseconds: 7_000_000_123)
        #expect(Deadline(nanoseconds: now.nanoseconds + nanoseconds).milliseconds(from: now) == milliseconds)
    }

    @Test("what has passed is zero milliseconds away")
    func passed() {
        #expect(Deadline(nanoseconds: 1).milliseconds(from: Deadline(nanoseconds: 2_000_000_000)) == 0)
        #expect(Deadline(nanoseconds: 0).milliseconds(from: Deadline(nanoseconds: 0)) == 0)
    }

    @Test("never is later than everything, stays never, and is far away even at the clock's first tick")
    func never() {
        #expect(Deadline.never.advanced(byMilliseconds: 1) == .never)
        #expect(Deadline.now() < .never)
        #expect(Deadline.never.milliseconds(from: Deadline(nanoseconds: 0)) == 18_446_744_073_710)
    }

    @Test("a delay of nothing, or of less, is now", arguments: [0, -1, .min])
    func noDelay(milliseconds: Int) {
        let now = Deadline(nanoseconds: 5)
        #expect(now.advanced(byMilliseconds: milliseconds) == now)
        #expect(now.advanced(byMilliseconds: 3) == Deadline(nanoseconds: 3_000_005))
    }

    @Test("the clock doesn't go back, and a deadline splits into seconds and nanoseconds as the kernel has them")
    func clock() {
        let first = Deadline.now()
        #expect(first <= Deadline.now() && first.nanoseconds > 0)
        let parts = Deadline(nanoseconds: 12_000_000_034).timespec
        #expect(parts.tv_sec == 12 && parts.tv_nsec == 34)
    }
}
