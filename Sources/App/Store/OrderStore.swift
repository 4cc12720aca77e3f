package import Orders
import Reactor

/// Where a worker applies its batches: SQLite, one for all workers, or MariaDB, one for each.
package protocol OrderStore: AnyObject {
    /// Connects if need be, and completes the tables. So somebody knows before the first batch whether orders can be
    /// written. Blocks.
    func prepare() throws(StoreError)

    /// Applies the decoded jobs of `batch` in their order, in one transaction. The transaction remembers the messages
    /// too, so that a message which comes again changes nothing. Blocks.
    ///
    /// Creating an order that is there, and changing one that is not, does nothing. A job that the database refuses
    /// does not hold up the others. `setAside` gets all of those before the commit, and has to make them durable; it
    /// gets no job twice, and is not called when there are none. `batch.rejected` is left to the caller.
    ///
    /// A create with a mark is recorded under its key and position. It is skipped when it was recorded before with the
    /// same seed: an order that was published twice is created once, and not again after it was deleted. What is
    /// recorded with another seed stays, and the order is created: both were accepted, after Redis had forgotten the
    /// first.
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

/// Messages that will never be delivered again.
package enum ForgottenMessages: Equatable, Sendable {
    case nothing
    /// All with smaller ids; for a queue with one writer, whose ids rise.
    case olderThan(UUID)
    case these([UUID])
}
