import Testing

@testable import Reactor

@Suite("TimeoutPhase")
struct ConnectionTimeoutTests {
    private static let limits: HTTPServerLimits = {
        var limits = HTTPServerLimits()
        limits.idleTimeoutMilliseconds = 100
        limits.headTimeoutMilliseconds = 200
        limits.bodyTimeoutMilliseconds = 300
        limits.bodyBytesPerSecond = 0
        limits.crowdedWriteTimeoutMilliseconds = 50
        limits.writeTimeoutMilliseconds = 400
        limits.lingerMilliseconds = 500
        return limits
    }()

    @Test(
        "each phase ends at its own limit, in its own way",
        arguments: [
            (TimeoutPhase.idle, 100, TimeoutAction.close), (.head, 200, .refuse), (.body, 300, .refuse),
            (.writing, 400, .close), (.lingering, 500, .close),
        ])
    func limit(phase: TimeoutPhase, milliseconds: Int, action: TimeoutAction) {
        for early in [0, 1, milliseconds - 1] {
            #expect(phase.action(elapsedMilliseconds: early, Self.limits) == .wait)
        }
        for late in [milliseconds, milliseconds + 1, Int.max] {
            #expect(phase.action(elapsedMilliseconds: late, Self.limits) == action)
        }
    }

    @Test(
        "a body has the grace, and a second more for each 500 bytes, up to the limit of all bodies",
        arguments: [(0, 100), (50, 200), (99, 298), (100, 300), (1_000_000, 300)])
    func bodyRate(bytes: Int, milliseconds: Int) {
        var limits = Self.limits
        limits.bodyBytesPerSecond = 500
        limits.bodyGraceMilliseconds = 100
        func action(_ elapsed: Int) -> TimeoutAction {
            TimeoutPhase.body.action(elapsedMilliseconds: elapsed, bodyBytes: bytes, limits)
        }
        #expect(action(milliseconds - 1) == .wait && action(milliseconds) == .refuse)
    }

    @Test("when memory is short bodies are not waited for, and those who don't read get less time")
    func crowded() {
        func action(_ phase: TimeoutPhase, _ elapsed: Int) -> TimeoutAction {
            phase.action(elapsedMilliseconds: elapsed, isCrowded: true, Self.limits)
        }
        #expect(action(.body, 0) == .shed)
        #expect(action(.writing, 49) == .wait && action(.writing, 50) == .close)
        for phase in [TimeoutPhase.idle, .head, .handling, .lingering] { #expect(action(phase, 99) == .wait) }
    }

    @Test("a client is not blamed for the time that the handler takes")
    func handling() {
        #expect(TimeoutPhase.handling.action(elapsedMilliseconds: .max, Self.limits) == .wait)
    }
}
