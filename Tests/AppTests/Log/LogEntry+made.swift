import Logging

@testable import Log

extension LogEntry {
    /// One at the beginning of time; `place` is its line in the source.
    static func made(
        _ message: String, _ level: Logger.Level = .warning, place: UInt = 1, fields: [Field] = [],
        milliseconds: Int64 = 0
    ) -> LogEntry {
        LogEntry(
            milliseconds: milliseconds, level: level, kind: Kind(file: "Test.swift", line: place, message: message),
            fields: fields)
    }
}
