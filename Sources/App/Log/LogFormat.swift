import Logging
import Orders
import Reactor

/// What a line of the log looks like: LOG_FORMAT.
package enum LogFormat: String, CaseIterable, Sendable {
    /// `2026-11-22T15:50:00.123Z info message key=value`, for people.
    case text
    /// A JSON object (RFC 8259) with the members time, level, message, and one for each key, for programs.
    case json

    /// The line with its end; `mask` takes the secrets out.
    package func line(_ entry: LogEntry, _ mask: SecretMask) -> String {
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
        var line = ByteBuffer()
        line.appendJSONObject { json in
            json.member("time", time(entry))
            json.member("level", entry.level.rawValue)
            json.member("message", LogText(mask.masked(entry.message)))
            for field in entry.fields {
                let name = reserved.contains(field.name) ? field.name + "_" : field.name
                json.member(named: LogText(name), LogText(mask.masked(field.value)))
            }
            if entry.suppressed > 0 { json.member(named: suppressed, entry.suppressed) }
        }
        line.append("\n")
        return String(decoding: line.bytes, as: UTF8.self)
    }

    /// How many lines like this one are missing.
    private static let suppressed = "suppressed"
    /// A name that stands twice in an object means whatever the reader likes.
    private static let reserved: Set<String> = ["time", "level", "message", suppressed]

    private static func time(_ entry: LogEntry) -> String {
        WallClock.text(millisecondsSince1970: entry.milliseconds)
    }
}

/// A JSON string in which all that could steer a terminal is escaped, too.
private struct LogText: JSONText {
    private let text: String

    init(_ text: String) { self.text = text }

    func appendJSON(to buffer: inout ByteBuffer) {
        buffer.append("\"")
        buffer.append(string: LogEscape.json(text))
        buffer.append("\"")
    }
}
