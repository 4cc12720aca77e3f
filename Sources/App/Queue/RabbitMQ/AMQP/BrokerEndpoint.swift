import Reactor

/// Where the broker is, and as whom to log in.
struct BrokerEndpoint: Sendable, CustomStringConvertible {
    var host: String
    var port: Int
    var user: String
    var password: String
    var virtualHost = "/"
    /// Nil: without TLS.
    var tls: TrustAnchors?

    /// Host and port as errors name them.
    var address: String { host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// The URL for logs, without the password.
    var description: String {
        "\(tls == nil ? "amqp" : "amqps")://\(user)@\(address)/\(virtualHost == "/" ? "" : virtualHost)"
    }
}
