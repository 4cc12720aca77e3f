package import Orders
import Synchronization

/// Writes batches of jobs into the orders database.
///
/// There is one writing connection, shared by all workers under a lock. SQLite lets one writer in at a time anyway. And
/// the commit of a second connection makes a connection forget its page cache: four of them would read all they need
/// again for each batch.
package final class SQLiteOrderStore: OrderStore, Sendable {
    private let writer: Mutex<SQLiteOrderWriter>

    /// Opens the database at `path`, and creates or completes its tables.
    package init(path: String, settings: SQLiteSettings = SQLiteSettings()) throws(SQLiteError) {
        // Another process may be indexing a database that was taken over.
        var patient = settings
        patient.busyTimeoutMilliseconds = 120_000
        try SQLiteSchema.install(on: SQLiteConnection.open(path: path, settings: patient))
        writer = Mutex(try SQLiteOrderWriter(SQLiteConnection.open(path: path, settings: settings)))
    }

    /// The file has been open from the beginning.
    package func prepare() throws(StoreError) {}

    /// See ``OrderStore``. Blocks for the lock, the disk and `setAside`. Any thread.
    package func apply(
        _ batch: borrowing JobBatch, partition: Int, oldestQueuedMilliseconds: UInt64,
        setAside: ([RejectedJob]) throws(StoreError) -> Void
    ) throws(StoreError) -> ApplyResult {
        try writer.withLock { (writer) throws(StoreError) in
            try BatchTransaction(database: LockedWriter(writer: writer)).apply(
                batch, partition: partition, oldestQueuedMilliseconds: oldestQueuedMilliseconds, setAside: setAside)
        }
    }
}

/// The writer while its lock is held. The file has been open from the beginning, so there is always a connection.
private struct LockedWriter: BatchDatabase, @unchecked Sendable {
    // @unchecked: made under the lock for one transaction, and gone with it. The compiler lets nothing be passed on
    // together with what a Mutex guards. The transaction needs `setAside` too, which never gets the writer.
    let writer: SQLiteOrderWriter

    typealias Retries = SQLiteTransactionRetries

    func connected() -> SQLiteOrderWriter { writer }

    func abandonTransaction(after failure: SQLiteError?) { writer.rollBack() }
}

extension SQLiteOrderStore: OrderMaintenance {
    package func removeAllOrders() throws(StoreError) -> OrderVersion {
        try withWriter { (writer) throws(SQLiteError) in try writer.removeAllOrders() }
    }

    package func haveDeleted(_ orders: [UUID]) throws(StoreError) -> Bool {
        try withWriter { (writer) throws(SQLiteError) in try writer.haveDeleted(orders) }
    }

    package func highestVersion() throws(StoreError) -> OrderVersion {
        try withWriter { (writer) throws(SQLiteError) in try writer.newestVersion() }
    }

    package func newestReset() throws(StoreError) -> OrderVersion {
        try withWriter { (writer) throws(SQLiteError) in try writer.newestReset() }
    }

    private func withWriter<Result: Sendable>(
        _ body: (SQLiteOrderWriter) throws(SQLiteError) -> sending Result
    ) throws(StoreError) -> Result {
        do throws(SQLiteError) {
            return try writer.withLock { (writer) throws(SQLiteError) in try body(writer) }
        } catch {
            throw .sqlite(error)
        }
    }
}
