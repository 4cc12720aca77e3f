/// Where the broker is, and as whom to log in.
package struct BrokerEndpoint: Sendable, CustomStringConvertible {
    package enum Security: Equatable, Sendable {
        case none
        /// The broker's certificate must be for the host's name, and lead to one of the file's; nil trusts what the
        /// system trusts.
        case verified(caFile: String?)
    }

    package var host: String
    package var port: Int
    package var user: String
    package var password: String
    package var virtualHost: String
    package var tls: Security

    package init(
        host: String, port: Int, user: String, password: String, virtualHost: String = "/",
        tls: Security = Security.none
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
        "\(tls == .none ? "amqp" : "amqps")://\(user)@\(address)/\(virtualHost == "/" ? "" : virtualHost)"
    }
}
