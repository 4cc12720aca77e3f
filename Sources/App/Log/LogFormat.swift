import Logging
import Reactor

/// What a line of the log looks like: LOG_FORMAT.
enum LogFormat: String, CaseIterable, Sendable {
    /// `2026-11-22T15:50:00.123Z info message key=value`, for people.
    case text
    /// A JSON object (RFC 8259) with the members time, level, message, and one for each key, for programs.
    case json

    /// The line with its end; `mask` takes the secrets out.
    func line(_ entry: LogEntry, _ mask: SecretMask) -> String {
        switch self {
        case .text: Self.text(entry, mask)
        case .json: Self.json(entry, mask)
        }
    }

    // What is masked is the text as it was given: an escape in the midst of a secret would hide it from the mask.

    private static func text(_ entry: LogEntry, _ mask: SecretMask) -> String {
        var line = "\(time(entry)) \(entry.level.rawValue) \(LogEscape.text(mask.masked(entry.message)))"
        for field in entry.fields {
            let value = LogEscape.text(mask.masked(field.value))
            line += value.contains(" ") || value.isEmpty ? " \(field.name)=\"\(value)\"" : " \(field.name)=\(value)"
        }
        if entry.suppressed > 0 { line += " \(suppressed)=\(entry.suppressed)" }
        return line + "\n"
    }

    private static func json(_ entry: LogEntry, _ mask: SecretMask) -> String {
        var line = #"{"time":"\#(time(entry))","level":"\#(entry.level.rawValue)""#
        line += #","message":"\#(LogEscape.json(mask.masked(entry.message)))""#
        for field in entry.fields {
            let name = LogEscape.json(field.name) + (reserved.contains(field.name) ? "_" : "")
            line += #","\#(name)":"\#(LogEscape.json(mask.masked(field.value)))""#
        }
        if entry.suppressed > 0 { line += #","\#(suppressed)":\#(entry.suppressed)"# }
        return line + "}\n"
    }

    /// How many lines like this one are missing.
    private static let suppressed = "suppressed"
    /// A name that stands twice in an object means whatever the reader likes.
    private static let reserved: Set<String> = ["time", "level", "message", suppressed]

    private static func time(_ entry: LogEntry) -> String {
        WallClock.text(millisecondsSince1970: entry.milliseconds)
    }
}
