/// Where the orders are kept, as DATABASE_URL says.
struct DatabaseLocation: Equatable, Sendable {
    /// The path of a SQLite file, absolute or from the working directory.
    let path: String

    static let expected = "sqlite:///relative/path.db or sqlite:////absolute/path.db"

    init(path: String) { self.path = path }

    /// `sqlite:///` and what follows is the path, as SQLAlchemy has it: a fourth slash makes it absolute.
    init(url: String, name: String = "DATABASE_URL") throws(SettingError) {
        let prefix = "sqlite:///"
        guard url.hasPrefix(prefix), url.count > prefix.count else {
            throw SettingError(name: name, value: Self.masked(url), expected: Self.expected)
        }
        let path = url.dropFirst(prefix.count)
        guard !path.contains("?"), path != ":memory:" else {
            throw SettingError(name: name, value: Self.masked(url), expected: Self.expected)
        }
        self.path = String(path)
    }

    /// The URL with its password replaced, for messages: also one whose `://` is missing or mistyped.
    static func masked(_ url: String) -> String {
        let start = url.firstRange(of: "://")?.upperBound ?? url.startIndex
        guard let at = url.lastIndex(of: "@"), at >= start, let colon = url[start..<at].firstIndex(of: ":") else {
            return url
        }
        return url[..<colon] + ":***" + url[at...]
    }
}
