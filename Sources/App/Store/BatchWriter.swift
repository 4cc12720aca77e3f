import Orders

/// The steps of a batch's transaction on one connection. ``BatchTransaction`` says when each is taken.
protocol BatchWriter: AnyObject {
    associatedtype Failure: TransactionFailure

    /// Opens a transaction, and keeps those of other workers on this partition away until it ends.
    func begin(partition: Int) throws(Failure) -> PartitionState

    /// Tells `join` what the database knows of the orders in `lookup`. False when that is more than
    /// ``OrderLookup/mostAbsent``: then each order that is created has to be looked up.
    func look(up lookup: OrderLookup, for join: inout OrderJoin) throws(Failure) -> Bool

    /// Finds out what is recorded of the idempotency keys in `batch`.
    func findKeys(of batch: borrowing JobBatch) throws(Failure)

    /// Records that the order with this mark is being created; false when it was before.
    func record(_ mark: KeyMark, of batch: borrowing JobBatch) throws(Failure) -> Bool

    /// Inserts the order that the job at `index` creates, or gathers it until ``finish(_:)``. Throws like
    /// ``carryOut(_:job:of:)``.
    func insert(_ index: Int, of batch: borrowing JobBatch) throws(Failure)

    /// Carries out what follows from the job at `index`, or gathers it until ``finish(_:)``. Throws when the database
    /// refuses a row, and the transaction is of no use any longer.
    func carryOut(_ effect: OrderEffect, job index: Int, of batch: borrowing JobBatch) throws(Failure)

    /// Carries out what was gathered.
    func finish(_ batch: borrowing JobBatch) throws(Failure)

    /// Does `apply`, and what it has gathered. When the database refuses a row then, undoes all of it, and returns the
    /// failure; nil when it went well.
    func isolate(_ batch: borrowing JobBatch, _ apply: () throws(Failure) -> Void) throws(Failure) -> Failure?

    /// Why the database refused a job; throws when it would refuse any other job too.
    func reason(of failure: Failure) throws(Failure) -> String

    /// Counts, remembers and commits. Now and then deletes what need not be remembered any longer.
    func commit(_ closing: BatchClosing) throws(Failure)
}

/// What is written last, before the commit.
struct BatchClosing {
    /// Orders that are there in addition.
    var added: Int
    /// Of the partition; nil when it has not changed.
    var highest: OrderVersion?
    /// That were recorded.
    var keys: Int
    /// When the oldest message was made that the queue may still hold.
    var oldestQueuedMilliseconds: UInt64
}

/// Who has the connection on which batches are written, and replaces one that is lost.
protocol BatchDatabase {
    associatedtype Writer: BatchWriter
    associatedtype Retries: TransactionRetries where Retries.Failure == Writer.Failure

    /// Connects if need be.
    func connected() throws(Writer.Failure) -> Writer

    /// Leaves no transaction open, or no connection.
    ///
    /// - Parameter failure: the reason; nil when it is not the database's.
    func abandonTransaction(after failure: Writer.Failure?)
}
