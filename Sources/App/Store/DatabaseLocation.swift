import Log
package import Settings

/// Where the orders are kept, as DATABASE_URL says, or DB_HOST and its companions.
package enum DatabaseLocation: Equatable, Sendable {
    /// The path of a SQLite file, absolute or from the working directory.
    case sqlite(path: String)
    case mariadb(MariaDBEndpoint)

    package static let expected = """
        sqlite:///relative/path.db, sqlite:////absolute/path.db or \
        mysql://user:password@host:port/name?ssl=true&ssl_ca=/path \
        (any of : / ? @ in a name or password as %3A %2F %3F %40)
        """

    package init(path: String) { self = .sqlite(path: path) }

    /// DATABASE_URL, or else DB_USER, DB_PASS, DB_HOST, DB_NAME and DB_PORT, or else a file in the working directory.
    package init(_ settings: SettingReader) throws(SettingError) {
        let setting = SettingCatalog.database
        if let url = settings.given(setting.url) {
            try self.init(url: url)
        } else if let host = settings.given(setting.host) {
            let endpoint = MariaDBEndpoint(
                host: host, port: UInt16(try settings.integer(setting.port)),
                user: try Self.companion(setting.user, settings), password: settings.given(setting.password) ?? "",
                database: try Self.companion(setting.databaseName, settings))
            self = .mariadb(endpoint)
        } else if let other = [setting.databaseName, setting.user].first(where: { settings.given($0) != nil }) {
            throw SettingError(
                name: setting.host.name, value: "", expected: "the server's name, since \(other.name) is set")
        } else {
            try self.init(url: setting.url.fallback)
        }
    }

    /// `sqlite:///` and what follows is the path, as SQLAlchemy has it: a fourth slash makes it absolute.
    package init(url: String, name: String = SettingCatalog.database.url.name) throws(SettingError) {
        let wrong = SettingError(name: name, value: Self.masked(url), expected: Self.expected)
        guard let colon = url.firstRange(of: "://") else { throw wrong }
        switch url[..<colon.lowerBound] {
        case "sqlite":
            let path = url[colon.upperBound...].dropFirst()
            guard url[colon.upperBound...].hasPrefix("/"), !path.isEmpty, !path.contains("?"), path != ":memory:"
            else { throw wrong }
            self = .sqlite(path: String(path))
        case "mysql", "mysql+pymysql", "mariadb", "mariadb+pymysql":
            guard let endpoint = MariaDBEndpoint(urlWithoutScheme: url[colon.upperBound...]) else { throw wrong }
            self = .mariadb(endpoint)
        default: throw wrong
        }
    }

    private static func companion(
        _ setting: OptionalTextSetting, _ settings: SettingReader
    ) throws(SettingError) -> String {
        guard let value = settings.given(setting) else {
            throw SettingError(name: setting.name, value: "", expected: "a value, since DB_HOST is set")
        }
        return value
    }

    /// The URL with its password replaced, for messages: also one whose `://` is missing or mistyped.
    package static func masked(_ url: String) -> String { SecretMask.masked(url: url[...]) }
}

extension DatabaseLocation: CustomStringConvertible {
    /// Without any secret.
    package var description: String {
        switch self {
        case .sqlite(let path): path
        case .mariadb(let endpoint): endpoint.description
        }
    }
}
