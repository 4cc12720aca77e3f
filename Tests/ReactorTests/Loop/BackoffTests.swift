import Testing

@testable import Reactor

@Suite("Backoff")
struct BackoffTests {
    @Test(
        "each wait is between half of its step and all of it; steps double up to the longest, and begin anew on reset")
    func steps() {
        var random = SeededGenerator(state: 1)
        var backoff = Backoff(firstMilliseconds: 50, longestMilliseconds: 1000)
        for _ in 0..<3 {
            for step in [50, 100, 200, 400, 800, 1000, 1000, 1000] {
                let wait = backoff.nextJittered(using: &random)
                #expect(wait >= step / 2 && wait <= step)
            }
            backoff.reset()
        }
    }

    @Test("two clients don't wait equally long")
    func jitter() {
        var random = SeededGenerator(state: 2)
        var waits = Set<Int>()
        for _ in 0..<100 {
            var backoff = Backoff(firstMilliseconds: 1000, longestMilliseconds: 1000)
            waits.insert(backoff.nextJittered(using: &random))
        }
        #expect(waits.count > 50)
    }

    @Test("a step of one millisecond is one millisecond")
    func smallest() {
        var random = SeededGenerator(state: 3)
        var backoff = Backoff(firstMilliseconds: 1, longestMilliseconds: 1)
        for _ in 0..<10 { #expect(backoff.nextJittered(using: &random) == 1) }
    }
}
