/// A setting whose value can't be read, and what to say about it.
package struct SettingError: Error, Equatable, CustomStringConvertible {
    package let name: String
    /// As given; masked when it may hold a secret.
    package let value: String
    /// What would have been right.
    package let expected: String

    package init(name: String, value: String, expected: String) {
        self.name = name
        self.value = value
        self.expected = expected
    }

    package var description: String { "\(name)=\(value): expected \(expected)" }
}
