import Logging
import Reactor
import Testing

@testable import Log

@Suite struct RepeatFilterTests {
    private let start = Deadline(nanoseconds: 1_000_000_000)

    private func at(_ milliseconds: Int) -> Deadline { start.advanced(byMilliseconds: milliseconds) }

    /// What is written, with its number and how many are missing.
    private func shown(_ entries: [LogEntry]) -> [String] {
        entries.map { "\($0.message) \($0.milliseconds)" + ($0.suppressed > 0 ? " (\($0.suppressed))" : "") }
    }

    @Test("The first comes at once, the newest at the end of the window with the number between")
    func window() {
        var filter = RepeatFilter()
        #expect(filter.windowEnd == .never)
        #expect(shown(filter.admit(.made("a", milliseconds: 0), now: at(0))) == ["a 0"])
        #expect(filter.windowEnd == at(5_000))
        for number in 1...7 {
            #expect(filter.admit(.made("a", milliseconds: Int64(number)), now: at(number)).isEmpty)
        }
        #expect(filter.expire(at(4_999)).isEmpty)
        #expect(shown(filter.expire(at(5_000))) == ["a 7 (6)"])
        // It goes on: what was written at the end of a window is the next one's first.
        #expect(filter.windowEnd == at(10_000))
        #expect(filter.admit(.made("a", milliseconds: 8), now: at(5_001)).isEmpty)
        #expect(shown(filter.expire(at(10_000))) == ["a 8"])
        #expect(filter.expire(at(15_000)).isEmpty)
        #expect(filter.windowEnd == .never)
        #expect(shown(filter.admit(.made("a", milliseconds: 9), now: at(15_001))) == ["a 9"])
    }

    @Test("What was held back comes in the order in which it came, whatever it repeats")
    func order() {
        var filter = RepeatFilter()
        for (number, message) in ["fails", "works", "fails", "works", "fails", "works"].enumerated() {
            _ = filter.admit(.made(message, milliseconds: Int64(number)), now: at(number))
        }
        #expect(shown(filter.expire(at(5_000))) == ["fails 4 (1)", "works 5 (1)"])
    }

    @Test("The end of a window comes with the next event too, before it")
    func lateEvent() {
        var filter = RepeatFilter()
        _ = filter.admit(.made("a", milliseconds: 0), now: at(0))
        _ = filter.admit(.made("a", milliseconds: 1), now: at(1))
        #expect(shown(filter.admit(.made("b", milliseconds: 2), now: at(60_000))) == ["a 1", "b 2"])
        #expect(filter.windowEnd == at(65_000))
    }

    @Test("At the end of the log nothing is held back")
    func finish() {
        var filter = RepeatFilter()
        for number in 0..<3 { _ = filter.admit(.made("a", milliseconds: Int64(number)), now: at(0)) }
        #expect(shown(filter.finish()) == ["a 2 (1)"])
        #expect(filter.finish().isEmpty)
    }

    @Test("Another text, or the same one from another place, is another message; other metadata are not")
    func kinds() {
        var filter = RepeatFilter()
        #expect(filter.admit(.made("a"), now: at(0)).count == 1)
        #expect(filter.admit(.made("b"), now: at(0)).count == 1)
        #expect(filter.admit(.made("a", place: 2), now: at(0)).count == 1)
        #expect(filter.admit(.made("a", fields: [LogEntry.Field(name: "job", value: "7")]), now: at(0)).isEmpty)
    }

    @Test("Only notices, warnings and errors are held back", arguments: Logger.Level.allCases)
    func levels(level: Logger.Level) {
        var filter = RepeatFilter()
        let written = (0..<10).flatMap { _ in filter.admit(.made("a", level), now: at(0)) }
        #expect(written.count == ([.notice, .warning, .error].contains(level) ? 1 : 10))
    }

    @Test("With more kinds than it counts, the rest is written without limit")
    func capacity() {
        var filter = RepeatFilter()
        for kind in 0..<RepeatFilter.capacity { _ = filter.admit(.made("\(kind)"), now: at(0)) }
        for _ in 0..<3 { #expect(filter.admit(.made("one more"), now: at(1)).count == 1) }
        #expect(filter.admit(.made("0"), now: at(1)).isEmpty)
    }
}
