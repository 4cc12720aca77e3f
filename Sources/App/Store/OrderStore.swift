package import Orders
import Reactor

/// Where a worker applies its batches: SQLite, one for all workers, or MariaDB, one for each.
package protocol OrderStore: AnyObject {
    /// Connects if need be, and completes the tables. So somebody knows before the first batch whether orders can be
    /// written. Blocks.
    func prepare() throws(StoreError)

    /// Applies the decoded jobs of `batch` in their order, in one transaction. Blocks.
    ///
    /// Each order ends up in the newest of all states that jobs have asked for, by their versions. So any order of
    /// delivery, any number of times, by any number of workers at once, leads to the same database
    /// (``OrderState/joined(with:reset:)``). A change of an order whose creation hasn't come is recorded, and so is
    /// each delete.
    ///
    /// A job that the database refuses does not hold up the others. `setAside` gets all of those before the commit, and
    /// has to make them durable; it gets no job twice, and is not called when there are none. `batch.rejected` is left
    /// to the caller.
    ///
    /// A create with a mark is recorded under its key and position. It is skipped when it was recorded before with the
    /// same seed: an order that was published twice is created once, and not again after it was deleted. What is
    /// recorded with another seed stays, and the order is created: both were accepted, after Redis had forgotten the
    /// first.
    ///
    /// - Parameters:
    ///   - partition: where all messages of the batch come from.
    ///   - oldestQueuedMilliseconds: when the oldest message was made that the queue may still hold, since 1970; `.max`
    ///     when it holds none. What such a message could undo stays recorded.
    /// - Throws: with nothing applied. After a failed commit of unknown outcome the same batch may be applied again.
    func apply(
        _ batch: borrowing JobBatch, partition: Int, oldestQueuedMilliseconds: UInt64,
        setAside: ([RejectedJob]) throws(StoreError) -> Void
    ) throws(StoreError) -> ApplyResult
}
