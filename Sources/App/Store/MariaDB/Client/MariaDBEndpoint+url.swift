import Reactor

extension MariaDBEndpoint {
    /// `user:password@host:port/name?ssl=true&ssl_ca=/path`, split as SQLAlchemy does it; nil for anything else.
    ///
    /// `ca` is another name of `ssl_ca`, and either of them asks for TLS. `unix_socket` replaces host and port. Other
    /// parameters of SQLAlchemy and its drivers, such as `charset`, are passed over.
    init?(urlWithoutScheme url: Substring) {
        let (userinfo, rest) = Self.splitUser(url)
        guard let userinfo else { return nil }
        let name = userinfo.prefix { $0 != ":" }
        guard let user = Self.decoded(name), !user.isEmpty,
            let password = Self.decoded(userinfo[name.endIndex...].dropFirst())
        else { return nil }

        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard let (host, port) = Self.splitPort(authority) else { return nil }
        let path = rest[authority.endIndex...].prefix { $0 != "?" }
        guard path.hasPrefix("/"), let database = Self.decoded(path.dropFirst()), !database.isEmpty,
            !database.contains("/")
        else { return nil }
        self.init(host: host, port: port, user: user, password: password, database: database)
        guard apply(query: rest[path.endIndex...].dropFirst()) else { return nil }
    }

    /// The user ends at the first `@`, and its name holds no `/`: then that `@` is in the query.
    private static func splitUser(_ url: Substring) -> (Substring?, Substring) {
        guard let at = url.firstIndex(of: "@"), !url[..<at].prefix(while: { $0 != ":" }).contains("/") else {
            return (nil, url)
        }
        return (url[..<at], url[url.index(after: at)...])
    }

    private static func splitPort(_ authority: Substring) -> (host: String, port: UInt16)? {
        var host = authority.prefix { $0 != ":" }
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            host = authority[..<authority.index(after: end)]
        }
        let port = authority[host.endIndex...]
        host = host.hasPrefix("[") ? host.dropFirst().dropLast() : host
        guard !host.contains("@"), port.isEmpty || port.hasPrefix(":") else { return nil }
        let name = host.isEmpty ? "localhost" : String(host)
        guard !port.isEmpty else { return (name, standardPort) }
        guard let number = UInt16(port.dropFirst()), number > 0 else { return nil }
        return (name, number)
    }

    /// False when a value makes no sense.
    private mutating func apply(query: Substring) -> Bool {
        var authorityFile: String?
        var isEncrypted = false
        for parameter in query.split(separator: "&") {
            let key = parameter.prefix { $0 != "=" }
            guard let value = Self.decoded(parameter[key.endIndex...].dropFirst()) else { return false }
            switch key {
            case "ssl":
                guard let isTrue = Self.boolean(value) else { return false }
                isEncrypted = isTrue
            case "ssl_ca", "ca":
                guard !value.isEmpty else { return false }
                authorityFile = value
            case "unix_socket":
                guard !value.isEmpty else { return false }
                socketPath = value
            default: break
            }
        }
        if isEncrypted || authorityFile != nil { encryption = TrustAnchors(file: authorityFile) }
        return true
    }

    private static func boolean(_ value: String) -> Bool? {
        switch value.lowercased() {
        case "true", "yes", "on", "1": true
        case "false", "no", "off", "0": false
        default: nil
        }
    }

    private static func decoded(_ text: Substring) -> String? {
        var source = ByteBuffer()
        source.append(string: String(text))
        var target = ByteBuffer()
        guard PercentEncoding.decode(source.bytes, into: &target) != nil, !target.bytes.contains(0) else { return nil }
        return String(validating: target.bytes, as: UTF8.self)
    }
}
