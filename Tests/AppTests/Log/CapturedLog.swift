import Logging
import Reactor

/// A logger whose lines from info on can be asked for, and waited for: `level message key=value`.
final class CapturedLog: Sendable {
    private let stored = Monitor<[String]>([])

    var lines: [String] { stored.withLock { $0 } }

    var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }

    /// False when no line that begins with `prefix` comes for a long time.
    func waitForLine(_ prefix: String) -> Bool {
        let deadline = Deadline.now().advanced(byMilliseconds: 20_000)
        return stored.wait(until: deadline) { $0.contains { $0.hasPrefix(prefix) } ? true : nil } ?? false
    }

    private struct Handler: LogHandler {
        let log: CapturedLog
        var logLevel = Logger.Level.info
        var metadata: Logger.Metadata = [:]

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let pairs = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }
            let line = "\(event.level) \(event.message)" + pairs.joined()
            log.stored.withLock { $0.append(line) }
            log.stored.signal()
        }
    }
}
