import Logging
import Testing

@testable import Log

@Suite struct VerbosityTests {
    @Test("Steps lead through all levels in both directions, and end at the last")
    func steps() {
        let verbosity = Verbosity(.critical)
        var more: [Logger.Level] = []
        while let level = verbosity.step(more: true) { more.append(level) }
        #expect(more == [.error, .warning, .notice, .info, .debug, .trace])
        #expect(verbosity.level == .trace)
        #expect(verbosity.step(more: false) == .debug)
        #expect(verbosity.step(more: true) == .trace && verbosity.step(more: true) == nil)
    }
}
