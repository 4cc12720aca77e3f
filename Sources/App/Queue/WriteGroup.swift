import Reactor

/// The orders of one POST /orders/batch, which are answered together: those that were taken are writes of the
/// ``WriteBatch`` that holds the group, side by side and in their order.
struct WriteGroup: Sendable {
    /// An order that was not taken.
    struct Rejection: Sendable {
        /// Its place in the request.
        let index: Int
        let reason: OrderRejection
    }

    let token: ResponseToken
    /// With an idempotency key: the loop's number for the request; otherwise 0.
    var keyedRequest: UInt64 = 0
    /// Those of the orders that were taken, within ``WriteBatch/writes``.
    var writes: Range<Int>
    /// In the order of the request.
    var rejections: [Rejection] = []
}
