package import Cache
import Metrics
package import Orders
package import Queue
package import Reactor

/// Why no write is taken.
package struct Refusal {
    let reason: ShedReason
    let sentence: String
}

/// What one event loop does with orders: on the embedded queue and the cache in memory, or on RabbitMQ and Redis.
///
/// Called on the loop's thread, like everything here. Each call that is given a token answers it, now or later.
package protocol OrderService: FlushHook {
    /// Why no write is taken now; nil when it is. Asked before a body is looked at.
    var refusal: Refusal? { get }

    /// nil where Redis isn't used.
    var isRedisConnected: Bool? { get }

    /// Writes that wait for the queue's answer.
    var inFlight: Int { get }

    /// Throws what is wrong with the order in `body`; the token is not answered then.
    func create(_ body: UnsafeRawBufferPointer, _ token: ResponseToken) throws(OrderRejection)

    /// The same under an idempotency key, and without asking for a ``refusal`` before: creates the order unless an
    /// earlier request with the key has, and answers as that was answered. Throws what is wrong with the order;
    /// nothing is remembered then.
    func create(_ body: UnsafeRawBufferPointer, _ key: IdempotencyKey, _ token: ResponseToken) throws(OrderRejection)

    /// The orders in `body`, each for itself, with one answer when all of them are decided. Throws what is wrong with
    /// the list as a whole; the token is not answered then.
    func createBatch(_ body: UnsafeRawBufferPointer, _ token: ResponseToken) throws(OrderRejection)

    /// The same under an idempotency key.
    func createBatch(
        _ body: UnsafeRawBufferPointer, _ key: IdempotencyKey, _ token: ResponseToken
    ) throws(OrderRejection)

    /// Throws what is wrong with the status in `body`; the token is not answered then. `condition` is If-Match: an
    /// order of another version is not changed.
    func update(
        _ id: UUID, _ body: UnsafeRawBufferPointer, _ condition: EntityTags?, _ token: ResponseToken
    ) throws(OrderRejection)

    func delete(_ id: UUID, _ condition: EntityTags?, _ token: ResponseToken)

    func getOrder(_ question: OrderQuestion)

    func list(_ query: ListQuery, _ token: ResponseToken)

    /// The queue has decided about all writes of this batch.
    func settled(_ batch: WriteBatch)

    /// A reader has read the database.
    func read(_ answer: ReadAnswer)
}
