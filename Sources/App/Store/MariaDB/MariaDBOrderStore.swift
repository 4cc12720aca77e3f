import Metrics
import Orders

/// Writes batches of jobs into a MariaDB or MySQL database. One for each worker, used by its thread alone.
///
/// It connects when it is prepared or the first batch comes, and anew whenever the connection is lost.
final class MariaDBOrderStore: OrderStore {
    private let database: MariaDBDatabase
    private let metrics: WorkerMetrics?
    private let clock: SteadyClock
    /// Nil when the next batch has to connect.
    private var writer: MariaDBOrderWriter?

    init(_ database: MariaDBDatabase, metrics: WorkerMetrics? = nil, clock: SteadyClock = SteadyClock()) {
        self.database = database
        self.metrics = metrics
        self.clock = clock
    }

    func prepare() throws(StoreError) {
        do throws(MariaDBError) {
            _ = try connected()
        } catch {
            throw .mariadb(error)
        }
    }

    /// See ``OrderStore``. A deadlock, a lock timeout and a lost connection are tried again a few times before they are
    /// thrown; `setAside` gets no job twice meanwhile.
    func apply(
        _ batch: borrowing JobBatch, partition: Int, oldestQueuedMilliseconds: UInt64,
        setAside: ([RejectedJob]) throws(StoreError) -> Void
    ) throws(StoreError) -> ApplyResult {
        try BatchTransaction(database: self, metrics: metrics).apply(
            batch, partition: partition, oldestQueuedMilliseconds: oldestQueuedMilliseconds, setAside: setAside)
    }
}

extension MariaDBOrderStore: BatchDatabase {
    typealias Retries = MariaDBTransactionRetries

    func connected() throws(MariaDBError) -> MariaDBOrderWriter {
        if let writer { return writer }
        let new = MariaDBOrderWriter(try database.connect(.writer), clock: clock)
        writer = new
        return new
    }

    func abandonTransaction(after failure: MariaDBError?) {
        do throws(MariaDBError) {
            try writer?.rollBack()
        } catch {
            writer = nil
        }
        if failure?.kind == .missingTable {
            writer = nil
            database.tablesAreMissing()
        }
    }
}

@available(*, unavailable)
extension MariaDBOrderStore: Sendable {}
