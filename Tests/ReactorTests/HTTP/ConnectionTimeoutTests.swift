import Testing

@testable import Reactor

@Suite("TimeoutPhase")
struct ConnectionTimeoutTests {
    private static let limits: HTTPServerLimits = {
        var limits = HTTPServerLimits()
        limits.idleTimeoutMilliseconds = 100
        limits.headTimeoutMilliseconds = 200
        limits.bodyTimeoutMilliseconds = 300
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

    @Test("a client is not blamed for the time that the handler takes")
    func handling() {
        #expect(TimeoutPhase.handling.action(elapsedMilliseconds: .max, Self.limits) == .wait)
    }
}
