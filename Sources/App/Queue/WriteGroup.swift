import Reactor

/// The orders of one POST /orders/batch, which are answered together: those that were taken are writes of the
/// ``WriteBatch`` that holds the group, side by side and in their order.
struct WriteGroup: Sendable {
    /// An order that was not taken.
    struct Rejection: Sendable {
        /// The order's place in the request.
        let index: Int
        let reason: OrderRejection
    }

    let token: ResponseToken
    /// The loop's number for a request with an idempotency key; 0 for others.
    var keyedRequest: UInt64 = 0
    /// The orders that were taken, as a range of ``WriteBatch/writes``.
    var writes: Range<Int>
    /// The orders that were not taken, in the order of the request.
    var rejections: [Rejection] = []
}
