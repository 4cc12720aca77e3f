import Reactor

/// Where a worker applies its batches: SQLite, one for all workers, or MariaDB, one for each.
protocol OrderStore: AnyObject {
    /// Connects if need be, and completes the tables, so that somebody knows whether orders can be written before the first
    /// batch comes. Blocks.
    func prepare() throws(StoreError)

    /// Applies the decoded jobs of `batch` in their order, in one transaction, and remembers its messages there too, so
    /// that a message which comes again changes nothing. Blocks.
    ///
    /// Creating an order that is there, and changing one that is not, does nothing. A job that the database refuses does
    /// not hold up the others: `setAside` gets all of those before the commit and has to make them durable; it is not
    /// called when there are none. `batch.rejected` is left to the caller.
    ///
    /// A create with a mark is recorded under its key and position, and skipped when it was recorded before with the same
    /// seed: so an order that was published twice is created once, and not again after it was deleted. What is recorded
    /// with another seed stays, and the order is created: both were accepted, after Redis had forgotten the first.
    ///
    /// - Parameters:
    ///   - partition: where all messages of the batch come from.
    ///   - forgetting: applied messages of the partition that need not be remembered any longer.
    /// - Throws: with nothing applied. After a failed commit of unknown outcome the same batch may be applied again.
    func apply(
        _ batch: borrowing JobBatch, partition: Int, forgetting: ForgottenMessages,
        setAside: ([RejectedJob]) throws(StoreError) -> Void
    ) throws(StoreError) -> ApplyResult
}

/// What a database has recorded of a request with an Idempotency-Key.
struct StoredKey: Equatable, Sendable {
    var record: KeyRecord
    /// Orders of the request that were created, whatever became of them since.
    var orders: Int
}

/// Messages that will never be delivered again.
enum ForgottenMessages: Equatable, Sendable {
    case nothing
    /// All with smaller ids; for a queue with one writer, whose ids rise.
    case olderThan(UUID)
    case these([UUID])
}

/// Where a reader thread reads orders, as the JSON that the API answers with. One for each thread.
///
/// Each call reads one snapshot: the newest one that was committed when it began.
protocol OrderReading: AnyObject {
    /// Appends the order as `{"order_id","customer_name","status","items":[...]}`, canonical as ``OrderJSON`` has it; false,
    /// and nothing appended, when there is none of that id.
    func order(_ id: UUID, into buffer: inout ByteBuffer) throws(StoreError) -> Bool

    /// Appends `{"total_orders":N,"orders":[...],"next":"<cursor>"|null}`, the newest order first.
    ///
    /// - Parameters:
    ///   - limit: 1...1000, orders in the page.
    ///   - cursor: the `next` of the page before; nil for the first one. `next` is null exactly when no order follows.
    ///   - status: only orders of that status, the same UTF-8 byte for byte; the total counts all of them.
    func page(
        limit: Int, after cursor: Int64?, status: UnsafeRawBufferPointer?, into buffer: inout ByteBuffer
    ) throws(StoreError)

    /// What is recorded under an Idempotency-Key, the newest request of it; nil when there is nothing. It may be older than
    /// a key is remembered.
    func record(of key: IdempotencyKey) throws(StoreError) -> StoredKey?
}
