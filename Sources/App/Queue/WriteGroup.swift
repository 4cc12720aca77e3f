package import Orders
package import Reactor

/// The orders of one POST /orders/batch, which are answered together: those that were taken are writes of the
/// ``WriteBatch`` that holds the group, side by side and in their order.
package struct WriteGroup: Sendable {
    /// An order that was not taken.
    package struct Rejection: Sendable {
        /// The order's place in the request.
        package let index: Int
        package let reason: OrderRejection

        package init(index: Int, reason: OrderRejection) {
            self.index = index
            self.reason = reason
        }
    }

    package let token: ResponseToken
    /// The loop's number for a request with an idempotency key; 0 for others.
    package var keyedRequest: UInt64
    /// The orders that were taken, as a range of ``WriteBatch/writes``.
    package var writes: Range<Int>
    /// The orders that were not taken, in the order of the request.
    package var rejections: [Rejection] = []

    package init(token: ResponseToken, keyedRequest: UInt64 = 0, writes: Range<Int>) {
        self.token = token
        self.keyedRequest = keyedRequest
        self.writes = writes
    }
}
