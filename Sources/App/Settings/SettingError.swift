/// A setting whose value can't be read, and what to say about it.
struct SettingError: Error, Equatable, CustomStringConvertible {
    let name: String
    /// As given; masked when it may hold a secret.
    let value: String
    /// What would have been right.
    let expected: String

    var description: String { "\(name)=\(value): expected \(expected)" }
}
