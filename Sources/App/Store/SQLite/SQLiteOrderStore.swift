import Synchronization

/// Writes batches of jobs into the orders database.
///
/// There is one writing connection, shared by all workers under a lock. SQLite lets one writer in at a time anyway, and a
/// second connection's commit makes a connection forget its page cache: four of them would read all they need again for
/// each batch.
final class SQLiteOrderStore: OrderStore, Sendable {
    private let writer: Mutex<OrderWriter>

    /// Opens the database at `path`, and creates or completes its tables.
    init(path: String, settings: SQLiteSettings = SQLiteSettings()) throws(SQLiteError) {
        // Another process may be indexing a database that was taken over.
        var patient = settings
        patient.busyTimeoutMilliseconds = 120_000
        try OrderSchema.install(on: SQLiteConnection.open(path: path, settings: patient))
        writer = Mutex(try OrderWriter(SQLiteConnection.open(path: path, settings: settings)))
    }

    /// The file has been open from the beginning.
    func prepare() throws(StoreError) {}

    /// See ``OrderStore``. Blocks for the lock, the disk and `setAside`. Any thread.
    func apply(
        _ batch: borrowing JobBatch, partition: Int, forgetting: ForgottenMessages,
        setAside: ([RejectedJob]) throws(StoreError) -> Void
    ) throws(StoreError) -> ApplyResult {
        try writer.withLock { (writer) throws(StoreError) in
            let done: OrderWriter.Uncommitted
            do throws(SQLiteError) {
                done = try writer.applyUncommitted(batch, partition: partition, forgetting: forgetting)
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

}

extension SQLiteOrderStore: OrderMaintenance {
    func removeAllOrders() throws(StoreError) {
        do throws(SQLiteError) {
            try writer.withLock { (writer) throws(SQLiteError) in try writer.removeAllOrders() }
        } catch {
            throw .sqlite(error)
        }
    }

    func haveApplied(_ messages: [QueuedMessage]) throws(StoreError) -> Bool {
        do throws(SQLiteError) {
            return try writer.withLock { (writer) throws(SQLiteError) in
                for message in messages where try !writer.hasApplied(message) { return false }
                return true
            }
        } catch {
            throw .sqlite(error)
        }
    }
}
