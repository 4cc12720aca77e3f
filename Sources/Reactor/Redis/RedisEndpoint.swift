/// Where a Redis is, and who we are there.
package struct RedisEndpoint: Sendable, Equatable {
    /// A name, or an address without brackets.
    package var host: String
    package var port: UInt16
    package var user: String?
    package var password: String?
    package var database: Int
    /// nil: without TLS.
    package var tls: TrustAnchors?

    package init(
        host: String, port: UInt16 = 6379, user: String? = nil, password: String? = nil, database: Int = 0,
        tls: TrustAnchors? = nil
    ) {
        self.host = host
        self.port = port
        self.user = user
        self.password = password
        self.database = database
        self.tls = tls
    }

    /// Host and port for a message, with the brackets that an IPv6 address needs.
    package var address: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

extension RedisEndpoint: CustomStringConvertible, CustomDebugStringConvertible {
    /// As a URL, with the password masked.
    package var description: String {
        var text = tls == nil ? "redis://" : "rediss://"
        if user != nil || password != nil { text += (user ?? "") + (password == nil ? "" : ":***") + "@" }
        text += "\(address)/\(database)"
        if case .file(let path) = tls { text += "?cafile=\(path)" }
        return text
    }

    package var debugDescription: String { description }
}

/// Settings with which no Redis can be reached, however often it is tried. One sentence that holds no secret.
package struct RedisSetupError: Error, Equatable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}
