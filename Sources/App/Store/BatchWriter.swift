import Orders

/// The steps of a batch's transaction on one connection. ``BatchTransaction`` says when each is taken.
protocol BatchWriter: AnyObject {
    associatedtype Failure: TransactionFailure

    /// For each message of the batch in hand, since ``record(_:partition:)``: it was applied by an earlier transaction,
    /// or stands in the batch before.
    var isKnown: [Bool] { get }

    func begin() throws(Failure)

    /// Records the messages of `batch` as applied, and finds out which of them were applied before.
    func record(_ batch: borrowing JobBatch, partition: Int) throws(Failure)

    /// Deletes what need not be remembered any longer.
    func forget(_ messages: ForgottenMessages, partition: Int) throws(Failure)

    /// Applies all jobs of `batch` but those of known messages. Throws when the database refuses a row, and the
    /// transaction is of no use any longer.
    func applyTogether(_ batch: borrowing JobBatch, _ result: inout ApplyResult) throws(Failure)

    /// Applies one job of `batch`. When the database refuses one of its rows, undoes the others and returns the reason;
    /// nil when it was applied or skipped, and counted in `result`.
    func applyAlone(
        _ job: Job, of batch: borrowing JobBatch, _ result: inout ApplyResult
    ) throws(Failure) -> String?

    /// Counts `result` in the total of orders, and commits. Now and then deletes idempotency keys that are no longer
    /// remembered; `keyCount` is how many the batch has recorded.
    func commit(_ result: ApplyResult, keyCount: Int) throws(Failure)
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
