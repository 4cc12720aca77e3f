package import Reactor

/// Where the broker is, and as whom to log in.
package struct BrokerEndpoint: Sendable, CustomStringConvertible {
    package var host: String
    package var port: Int
    package var user: String
    package var password: String
    package var virtualHost: String
    /// Nil: without TLS.
    package var tls: TrustAnchors?

    package init(
        host: String, port: Int, user: String, password: String, virtualHost: String = "/",
        tls: TrustAnchors? = nil
    ) {
        self.host = host
        self.port = port
        self.user = user
        self.password = password
        self.virtualHost = virtualHost
        self.tls = tls
    }

    /// Host and port as errors name them.
    package var address: String { host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// The URL for logs, without the password.
    package var description: String {
        "\(tls == nil ? "amqp" : "amqps")://\(user)@\(address)/\(virtualHost == "/" ? "" : virtualHost)"
    }
}
