package import Orders
package import Reactor

/// Where a reader thread reads orders, as the JSON that the API answers with. One for each thread.
///
/// Each call reads one snapshot: the newest one that was committed when it began.
package protocol OrderReading: AnyObject {
    /// Appends the order as `{"order_id","customer_name","status","items":[...]}`, canonical as ``OrderJSON`` has it.
    /// Appends nothing when there is no order of that id.
    func order(_ id: UUID, into buffer: inout ByteBuffer) throws(StoreError) -> StoredOrder

    /// Appends `{"total_orders":N,"orders":[...],"next":"<cursor>"|null}`, the newest order first.
    ///
    /// - Parameters:
    ///   - limit: 1...1000, orders in the page.
    ///   - cursor: the `next` of the page before; nil for the first one. `next` is null exactly when no order follows.
    ///   - status: only orders of that status, the same UTF-8 byte for byte; the total counts all of them.
    func page(
        limit: Int, after cursor: Int64?, status: UnsafeRawBufferPointer?, into buffer: inout ByteBuffer
    ) throws(StoreError)

    /// What is recorded of the newest request with an Idempotency-Key; nil when nothing is. The record may be older
    /// than a key is remembered.
    func record(of key: IdempotencyKey) throws(StoreError) -> StoredKey?
}
