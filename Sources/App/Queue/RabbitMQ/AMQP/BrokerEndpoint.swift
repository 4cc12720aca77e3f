/// Where the broker is, and as whom to log in.
struct BrokerEndpoint: Sendable, CustomStringConvertible {
    enum Security: Equatable, Sendable {
        case none
        /// The broker's certificate must be for the host's name, and lead to one of the file's; nil trusts what the
        /// system trusts.
        case verified(caFile: String?)
    }

    var host: String
    var port: Int
    var user: String
    var password: String
    var virtualHost = "/"
    var tls = Security.none

    /// Host and port as errors name them.
    var address: String { host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// The URL for logs, without the password.
    var description: String {
        "\(tls == .none ? "amqp" : "amqps")://\(user)@\(address)/\(virtualHost == "/" ? "" : virtualHost)"
    }
}
