/// Why the broker could not be used; the description is one sentence for an operator, without secrets.
package enum AMQPError: Error, Equatable, Sendable {
    /// No TCP connection.
    case connectFailed(address: String, reason: String)
    case nameNotFound(host: String, reason: String)
    case tlsRefused(address: String, reason: String)
    case loginRefused(address: String, user: String)
    /// `action` did not end in time. What it asked for may still happen.
    case timedOut(action: String)
    /// connection.close.
    case closedByBroker(code: Int, text: String)
    /// channel.close: only this channel is of no more use.
    case channelClosed(channel: Int, code: Int, text: String)
    case connectionLost(reason: String)

    /// Whether the connection goes on; only one of its channels was closed.
    var leavesConnection: Bool {
        if case .channelClosed = self { return true }
        return false
    }
}

extension AMQPError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .connectFailed(let address, let reason): "connect to \(address): \(reason)"
        case .nameNotFound(let host, let reason): "look up \(host): \(reason)"
        case .tlsRefused(let address, let reason): "TLS with \(address): \(reason)"
        case .loginRefused(let address, let user): "\(address) refused the user \(user) or the password"
        case .timedOut(let action): "\(action): timed out"
        case .closedByBroker(let code, let text): "the broker closed the connection: \(code) \(text)"
        case .channelClosed(_, let code, let text): "the broker refused: \(code) \(text)"
        case .connectionLost(let reason): "connection to the broker lost: \(reason)"
        }
    }
}
