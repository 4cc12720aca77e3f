import Reactor
import Settings

/// A MariaDB or MySQL server, the database in it, and who we are there.
package struct MariaDBEndpoint: Equatable, Sendable {
    /// The port of a server for which none is named.
    static let standardPort = UInt16(SettingCatalog.database.port.fallback)

    var host: String
    var port = Self.standardPort
    var user: String
    var password: String
    var database: String
    /// Nil: without TLS.
    var encryption: TrustAnchors?
    /// Instead of host and port.
    var socketPath: String?

    /// Where it is, for messages.
    var address: String { socketPath ?? (host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)") }
}

// Whatever prints an endpoint, also as a part of something else, must not print its password.

extension MariaDBEndpoint: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "mysql://\(user):***@\(address)/\(database)" }

    package var debugDescription: String { description }

    package var customMirror: Mirror { Mirror(self, children: ["address": address, "database": database]) }
}
