/// One configuration value: its names, and what to say when it can't be read.
///
/// Every setting has one name in the environment and in `.env` (`DB_WRITE_LAG_MS`) and one flag (`--db-write-lag-ms`).
struct SettingError: Error, Equatable, CustomStringConvertible {
    let name: String
    /// As given; masked when it may hold a secret.
    let value: String
    /// What would have been right.
    let expected: String

    var description: String { "\(name)=\(value): expected \(expected)" }
}

/// Reads settings from the flags, the environment and `.env`, in this order of precedence.
struct SettingReader {
    /// Values given as flags, by the name of the variable.
    let flags: [String: String]
    let environment: [String: String]
    let dotEnv: [String: String]
    /// Told of each setting that is read, with its default as one would write it: tests hold the documentation against that.
    var onRead: (_ name: String, _ fallback: String?) -> Void = { _, _ in }

    /// The raw value; an empty one counts as not set, as shells and compose files leave it.
    func raw(_ name: String) -> String? { raw(name, default: nil) }

    private func raw(_ name: String, default fallback: String?) -> String? {
        onRead(name, fallback)
        for source in [flags, environment, dotEnv] {
            if let value = source[name], !value.isEmpty { return value }
        }
        return nil
    }

    /// The value of the first source that names it, an empty one too.
    func given(_ name: String, default fallback: String) -> String {
        onRead(name, fallback)
        for source in [flags, environment, dotEnv] {
            if let value = source[name] { return value }
        }
        return fallback
    }

    func text(_ name: String, default fallback: String) -> String { raw(name, default: fallback) ?? fallback }

    /// A whole number within `range`.
    func integer(
        _ name: String, in range: ClosedRange<Int>, default fallback: Int, unit: String = ""
    ) throws(SettingError) -> Int {
        guard let value = raw(name, default: "\(fallback)") else { return fallback }
        guard let number = Int(value), range.contains(number) else {
            let what = unit.isEmpty ? "a whole number" : "a whole number of \(unit)"
            throw SettingError(
                name: name, value: value, expected: "\(what) from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// true, yes, on, 1 or false, no, off, 0, in any case.
    func boolean(_ name: String, default fallback: Bool) throws(SettingError) -> Bool {
        guard let value = raw(name, default: "\(fallback)") else { return fallback }
        switch value.lowercased() {
        case "true", "yes", "on", "1": return true
        case "false", "no", "off", "0": return false
        default: throw SettingError(name: name, value: value, expected: "true or false")
        }
    }

    /// One of `choices`, in any case.
    func choice<Value: Equatable>(
        _ name: String, _ choices: [(word: String, value: Value)], default fallback: Value
    ) throws(SettingError) -> Value {
        let word = choices.first { $0.value == fallback }?.word
        guard let value = raw(name, default: word) else { return fallback }
        guard let match = choices.first(where: { $0.word == value.lowercased() }) else {
            let words = choices.map(\.word).joined(separator: ", ")
            throw SettingError(name: name, value: value, expected: "one of \(words)")
        }
        return match.value
    }
}
