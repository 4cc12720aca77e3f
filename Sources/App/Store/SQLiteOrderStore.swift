import Synchronization

/// Writes batches of jobs into the orders database.
///
/// There is one writing connection, shared by all workers under a lock. SQLite lets one writer in at a time anyway, and a
/// second connection's commit makes a connection forget its page cache: four of them would read all they need again for
/// each batch.
final class SQLiteOrderStore: Sendable {
    private let writer: Mutex<OrderWriter>

    /// Opens the database at `path`, and creates or completes its tables.
    init(path: String, settings: SQLiteSettings = SQLiteSettings()) throws(SQLiteError) {
        // Another process may be indexing a database that was taken over.
        var patient = settings
        patient.busyTimeoutMilliseconds = 120_000
        try OrderSchema.install(on: SQLiteConnection.open(path: path, settings: patient))
        writer = Mutex(try OrderWriter(SQLiteConnection.open(path: path, settings: settings)))
    }

    /// Applies the decoded jobs of `batch` in their order, in one transaction, and remembers its messages there too, so
    /// that a message which comes again changes nothing. Blocks for the lock, the disk and `setAside`. Any thread.
    ///
    /// Creating an order that is there, and changing one that is not, does nothing. A job that the database refuses does
    /// not hold up the others: `setAside` gets all of those before the commit and has to make them durable; it is not
    /// called when there are none. `batch.rejected` is left to the caller.
    ///
    /// - Parameters:
    ///   - partition: where all messages of the batch come from.
    ///   - oldestUnacknowledged: messages of the partition with smaller ids will never be delivered again, so they need
    ///     not be remembered any longer; nil keeps all.
    /// - Throws: with nothing applied. After a failed commit of unknown outcome the same batch may be applied again.
    func apply(
        _ batch: borrowing JobBatch, partition: Int, oldestUnacknowledged: UUID?,
        setAside: ([RejectedJob]) throws(StoreError) -> Void
    ) throws(StoreError) -> ApplyResult {
        try writer.withLock { (writer) throws(StoreError) in
            let done: OrderWriter.Uncommitted
            do throws(SQLiteError) {
                done = try writer.applyUncommitted(
                    batch, partition: partition, oldestUnacknowledged: oldestUnacknowledged)
            } catch {
                throw .sqlite(error)
            }
            do throws(StoreError) {
                if !done.refused.isEmpty { try setAside(done.refused) }
            } catch {
                writer.rollBack()
                throw error
            }
            do throws(SQLiteError) {
                try writer.commit()
            } catch {
                throw .sqlite(error)
            }
            return done.result
        }
    }

    /// Deletes all orders. The applied messages stay known: they may still be delivered again.
    func removeAllOrders() throws(SQLiteError) {
        try writer.withLock { (writer) throws(SQLiteError) in try writer.removeAllOrders() }
    }
}
