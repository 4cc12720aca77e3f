extension RedisEndpoint {
    /// Reads `redis://[[user]:password@]host[:port][/database][?cafile=path]`; `rediss://` is TLS. User, password and
    /// path may hold percent escapes, and an IPv6 address stands in brackets.
    package init(url: String) throws(RedisSetupError) {
        let (isTLS, behindScheme) = try Self.scheme(of: url)
        // RFC 3986 section 3.2: the authority ends at the first of these.
        let authority = behindScheme.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let rest = behindScheme[authority.endIndex...]
        let path = rest.prefix { $0 != "?" && $0 != "#" }
        let query = rest[path.endIndex...]
        guard !query.contains("#") else { throw RedisSetupError("a Redis URL has no fragment (#)") }

        var hostAndPort = authority
        var (user, password): (String?, String?) = (nil, nil)
        if let at = authority.lastIndex(of: "@") {
            (user, password) = try Self.credentials(authority[..<at])
            hostAndPort = authority[authority.index(after: at)...]
        }
        let (host, port) = try Self.hostAndPort(hostAndPort)
        self.init(
            host: host, port: port, user: user, password: password, database: try Self.database(path),
            tls: try Self.trust(query.dropFirst(), isTLS: isTLS))
    }

    private static func scheme(of url: String) throws(RedisSetupError) -> (isTLS: Bool, rest: Substring) {
        let scheme = url.prefix { $0 != ":" }
        let rest = url[scheme.endIndex...]
        guard rest.hasPrefix("://") else { throw RedisSetupError("a Redis URL begins with redis:// or rediss://") }
        switch scheme.lowercased() {
        case "redis": return (false, rest.dropFirst(3))
        case "rediss": return (true, rest.dropFirst(3))
        default: throw RedisSetupError("a Redis URL begins with redis:// or rediss://")
        }
    }

    private static func credentials(
        _ text: Substring
    ) throws(RedisSetupError) -> (user: String?, password: String?) {
        let user = text.prefix { $0 != ":" }
        let password = text[user.endIndex...].dropFirst()
        guard !password.isEmpty else {
            if user.isEmpty { return (nil, nil) }
            throw RedisSetupError("the Redis URL names a user, but no password")
        }
        // The message must not repeat what it can't read: that is a secret.
        return (
            user.isEmpty ? nil : try decode(user, "the user in the Redis URL"),
            try decode(password, "the password in the Redis URL")
        )
    }

    private static func hostAndPort(_ text: Substring) throws(RedisSetupError) -> (host: String, port: UInt16) {
        var host = text
        var port: Substring?
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else {
                throw RedisSetupError("the Redis URL has an IPv6 address without its closing bracket")
            }
            host = text[text.index(after: text.startIndex)..<end]
            let behind = text[text.index(after: end)...]
            guard behind.isEmpty || behind.first == ":" else {
                throw RedisSetupError("the Redis URL has more than a port behind its IPv6 address")
            }
            if !behind.isEmpty { port = behind.dropFirst() }
            guard host.contains(":") else { throw RedisSetupError("only an IPv6 address stands in brackets") }
        } else if let colon = text.firstIndex(of: ":") {
            host = text[..<colon]
            port = text[text.index(after: colon)...]
        }
        guard host.utf8.allSatisfy(isHostByte) else {
            throw RedisSetupError("the Redis URL has a host with characters that no host name has")
        }
        return (host.isEmpty ? "localhost" : String(host), try number(ofPort: port))
    }

    private static func number(ofPort text: Substring?) throws(RedisSetupError) -> UInt16 {
        guard let text, !text.isEmpty else { return 6379 }
        guard text.utf8.allSatisfy(isDigit), let port = UInt16(text), port > 0 else {
            throw RedisSetupError("the Redis URL has a port that is not a number from 1 to 65535")
        }
        return port
    }

    private static func database(_ path: Substring) throws(RedisSetupError) -> Int {
        let number = path.dropFirst()
        if number.isEmpty { return 0 }
        guard number.utf8.allSatisfy(isDigit), let database = Int32(number) else {
            throw RedisSetupError("the Redis URL has a database that is not a number, such as /0")
        }
        return Int(database)
    }

    private static func trust(_ query: Substring, isTLS: Bool) throws(RedisSetupError) -> TrustAnchors? {
        var anchors = TrustAnchors.system
        for parameter in query.split(separator: "&") {
            let name = parameter.prefix { $0 != "=" }
            guard name == "cafile" else {
                throw RedisSetupError("the Redis URL has a parameter other than cafile")
            }
            guard isTLS else { throw RedisSetupError("cafile is of use with rediss:// only") }
            let path = try decode(parameter[name.endIndex...].dropFirst(), "cafile in the Redis URL")
            guard !path.isEmpty else { throw RedisSetupError("cafile in the Redis URL names no file") }
            anchors = .file(path)
        }
        return isTLS ? anchors : nil
    }

    private static func decode(_ text: Substring, _ what: StaticString) throws(RedisSetupError) -> String {
        var buffer = ByteBuffer()
        var source = String(text)
        let count = source.withUTF8 { PercentEncoding.decode(UnsafeRawBufferPointer($0), into: &buffer) }
        guard count != nil, let decoded = String(validating: buffer.bytes, as: UTF8.self), !decoded.contains("\0")
        else {
            throw RedisSetupError("\(what) has a broken percent escape")
        }
        return decoded
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    /// Letters, digits, and what names and addresses have between them; `%` begins the zone of a link-local address.
    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: ":"), UInt8(ascii: "%"): true
        default: isDigit(byte)
        }
    }
}
