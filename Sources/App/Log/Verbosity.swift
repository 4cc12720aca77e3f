import Glibc
package import Logging
import Synchronization

/// The level of the whole log, which signals change while the service runs.
package final class Verbosity: Sendable {
    /// An index of `Logger.Level.allCases`, whose first is the most verbose.
    private let index: Atomic<Int>

    package init(_ level: Logger.Level) { index = Atomic(Self.index(of: level)) }

    /// From any thread.
    package var level: Logger.Level { Logger.Level.allCases[index.load(ordering: .relaxed)] }

    /// One level more, or fewer lines; nil when there is none. On one thread.
    package func step(more: Bool) -> Logger.Level? {
        let next = index.load(ordering: .relaxed) + (more ? -1 : 1)
        guard Logger.Level.allCases.indices.contains(next) else { return nil }
        index.store(next, ordering: .relaxed)
        return level
    }

    private static func index(of level: Logger.Level) -> Int {
        guard let index = Logger.Level.allCases.firstIndex(of: level) else { preconditionFailure("a level of no list") }
        return index
    }
}

extension Logger {
    /// SIGUSR1: one level more; SIGUSR2: one less. Says what the level is now, whatever it is.
    package func changeLevel(by signal: Int32) {
        guard let handler = handler as? ServiceLogHandler else { return }
        let change = handler.verbosity.step(more: signal == SIGUSR1)
        // As an information: nobody who steps through the levels wants those lines held back.
        handler.log(
            event: LogEvent(
                level: .info, message: change == nil ? "the log level stays" : "the log level changes",
                metadata: ["level": "\(handler.verbosity.level)"], source: nil, file: #fileID, function: #function,
                line: #line))
    }
}
