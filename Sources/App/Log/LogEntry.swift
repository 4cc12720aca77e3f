import Logging

/// One event on its way to the log.
package struct LogEntry: Sendable {
    struct Field: Equatable, Sendable {
        let name: String
        let value: String
    }

    /// A place in the source, and what is said there.
    struct Kind: Hashable, Sendable {
        let file: String
        let line: UInt
        let message: String
    }

    /// Since 1970.
    let milliseconds: Int64
    let level: Logger.Level
    let kind: Kind
    /// By name.
    let fields: [Field]
    /// Others of its kind that are not written.
    var suppressed = 0

    var message: String { kind.message }
}
