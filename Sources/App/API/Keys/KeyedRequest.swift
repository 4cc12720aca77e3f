import Cache
import Ingest
import Metrics
import Orders
import Queue
import Reactor

/// A request with an idempotency key that is under way on a loop.
package final class KeyedRequest {
    /// The loop's own, from 1.
    let number: UInt64
    let key: IdempotencyKey
    let token: ResponseToken
    /// What Redis holds the claim under.
    let claim: UInt64
    var run: KeyedRun
    /// A copy, with the room behind it that the parser may look at; empty when it isn't needed any longer.
    var body = ByteBuffer()
    /// The body is that of POST /orders/batch.
    let isBatch: Bool
    /// What became of its orders.
    var outcome: Outcome?

    enum Outcome {
        case order(Write)
        /// The answer as it will be sent: the writes are gone by then.
        case batch(HTTPStatus, StaticString, body: [UInt8], ShedReason?)
    }

    init(
        _ number: UInt64, _ key: IdempotencyKey, _ token: ResponseToken, claim: UInt64, _ run: KeyedRun, isBatch: Bool
    ) {
        self.number = number
        self.isBatch = isBatch
        self.key = key
        self.token = token
        self.claim = claim
        self.run = run
    }
}

/// Who remembers which keys are in use and which are done: Redis for a cluster, memory for one process.
protocol ClaimStore: AnyObject {
    /// Claims the key of `request`, and calls ``KeyedRequests/claimed(_:_:)`` with the answer, at once or later.
    func claim(_ request: KeyedRequest)

    /// The request is done; calls ``KeyedRequests/recorded(_:)`` when that is kept, or can't be, at once or later.
    func record(_ request: KeyedRequest)

    func giveBack(_ request: KeyedRequest, _ end: ClaimEnd)
}

/// What requests with keys need of the service that they belong to.
protocol KeyedOrderService: AnyObject {
    /// Takes the order in `body`, which was checked before.
    func create(_ body: UnsafeRawBufferPointer, _ keyed: Ingest.Keyed, _ token: ResponseToken) throws(OrderRejection)

    /// The same with the orders of a batch, one of which is valid at least.
    func createBatch(_ body: UnsafeRawBufferPointer, _ keyed: Ingest.Keyed, _ token: ResponseToken)
        throws(OrderRejection)

    /// Whether so many orders may be taken.
    func hasRoom(for count: Int) -> Bool

    /// Asks the database for the key of `request`; the answer goes to ``KeyedRequests/read(_:_:)``. False when too many
    /// wait.
    func readRecord(of request: KeyedRequest) -> Bool
}
