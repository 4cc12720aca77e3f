package import Logging
import Reactor

/// What loggers of the service hand their events to; each logger has a copy, and all share the writer and the level.
package struct ServiceLogHandler: LogHandler {
    package let writer: LogWriter
    package let verbosity: Verbosity
    package var metadata: Logger.Metadata = [:]
    /// Of one logger that wants another level than the rest.
    private var ownLevel: Logger.Level?

    package init(writer: LogWriter, verbosity: Verbosity) {
        self.writer = writer
        self.verbosity = verbosity
    }

    package var logLevel: Logger.Level {
        get { ownLevel ?? verbosity.level }
        set { ownLevel = newValue }
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
        writer.write(
            LogEntry(
                milliseconds: Int64(WallClock.nanoseconds() / 1_000_000), level: event.level,
                kind: LogEntry.Kind(file: event.file, line: event.line, message: event.message.description),
                fields: all.sorted { $0.key < $1.key }.map { LogEntry.Field(name: $0.key, value: $0.value.description) }
            ))
    }
}

extension Logger {
    /// `text` without secrets, for what is shown elsewhere than in the log.
    package func masked(_ text: String) -> String { (handler as? ServiceLogHandler)?.writer.mask.masked(text) ?? text }
}
