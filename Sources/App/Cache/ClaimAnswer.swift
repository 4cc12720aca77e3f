package import Orders
import Reactor

/// What the store of claims answers to a request with an idempotency key.
package enum ClaimAnswer: Equatable, Sendable {
    /// The key was not in use, and is this request's now. `isSure`: nor was it at any time for which it would be
    /// remembered; otherwise the database has to be asked.
    case new(isSure: Bool)
    /// The same: an earlier attempt ended without anybody knowing how. It goes on under its id seed.
    case resumed(idSeed: UUID)
    /// Another attempt is under way.
    case running
    case done(idSeed: UUID)
    /// The key belongs to a request with another body.
    case otherBody
    /// Nobody can say.
    case unreachable
}

/// How a request gives its claim back.
package enum ClaimEnd: Equatable, Sendable {
    /// As if it had not been made: nothing of the request is in the queue, nor will be.
    case forgotten
    /// Open for the next attempt, which asks for the same orders: some may be in the queue.
    case unknown
}
