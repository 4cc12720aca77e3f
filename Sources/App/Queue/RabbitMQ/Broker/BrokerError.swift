/// Why an errand at the broker failed; the description is one sentence for an operator.
package enum BrokerError: Error, Equatable {
    case connection(AMQPError)
    /// The message came back, or was refused.
    case notTaken(queue: String, reason: String)
    /// No confirm in time: the message may be in its queue or not.
    case notConfirmed(queue: String)

    static func wrapping<Result>(_ body: () throws(AMQPError) -> Result) throws(BrokerError) -> Result {
        do throws(AMQPError) {
            return try body()
        } catch {
            throw .connection(error)
        }
    }
}

extension BrokerError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .connection(let error): error.description
        case .notTaken(let queue, let reason): "the queue \(queue) did not take the message: \(reason)"
        case .notConfirmed(let queue): "the queue \(queue) did not confirm the message in time"
        }
    }
}
