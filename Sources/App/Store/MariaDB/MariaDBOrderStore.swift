import Glibc
import Reactor

/// Writes batches of jobs into a MariaDB or MySQL database. One for each worker, used by its thread alone.
///
/// It connects when it is prepared or the first batch comes, and anew whenever the connection is lost.
final class MariaDBOrderStore: OrderStore {
    private let database: MariaDBDatabase
    private let metrics: WorkerMetrics?
    /// Nil when the next batch has to connect.
    private var writer: MariaDBOrderWriter?

    init(_ database: MariaDBDatabase, metrics: WorkerMetrics? = nil) {
        self.database = database
        self.metrics = metrics
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
        _ batch: borrowing JobBatch, partition: Int, forgetting: ForgottenMessages,
        setAside: ([RejectedJob]) throws(StoreError) -> Void
    ) throws(StoreError) -> ApplyResult {
        var retries = TransactionRetries()
        var setAsideJobs = SetAsideJobs()
        /// What a commit without an answer would have done.
        var unconfirmed: ApplyResult?
        while true {
            var attempted = ApplyResult()
            do throws(StoreError) {
                try applyOnce(batch, partition, forgetting, &attempted, &setAsideJobs, setAside)
                // Its messages are all known now: that commit did happen.
                if let unconfirmed, attempted == ApplyResult(skipped: batch.jobs.count) { return unconfirmed }
                return attempted
            } catch {
                abandonTransaction()
                guard case .mariadb(let cause) = error else { throw error }
                if cause.outcome == .unknown { unconfirmed = attempted }
                if cause.kind == .missingTable { connectAnew() }
                guard case .again(let pause) = retries.decide(after: cause.kind) else { throw error }
                metrics?.update { $0.retried(.database) }
                usleep(UInt32.random(in: pause) * 1000)
            }
        }
    }

    private func applyOnce(
        _ batch: borrowing JobBatch, _ partition: Int, _ forgetting: ForgottenMessages, _ result: inout ApplyResult,
        _ setAsideJobs: inout SetAsideJobs, _ setAside: ([RejectedJob]) throws(StoreError) -> Void
    ) throws(StoreError) {
        let writer: MariaDBOrderWriter
        let done: MariaDBOrderWriter.Uncommitted
        do throws(MariaDBError) {
            writer = try connected()
            done = try writer.applyUncommitted(batch, partition: partition, forgetting: forgetting)
        } catch {
            throw .mariadb(error)
        }
        result = done.result
        let refused = setAsideJobs.notYet(done.refused)
        if !refused.isEmpty {
            try setAside(refused)
            setAsideJobs.add(refused)
        }
        do throws(MariaDBError) {
            try writer.commit(result)
        } catch {
            throw .mariadb(error)
        }
        writer.pruneKeys(after: batch.marks.count)
    }

    private func connected() throws(MariaDBError) -> MariaDBOrderWriter {
        if let writer { return writer }
        let new = MariaDBOrderWriter(try database.connect(.writer))
        writer = new
        return new
    }

    private func connectAnew() {
        writer = nil
        database.tablesAreMissing()
    }

    /// Leaves no transaction open, or no connection.
    private func abandonTransaction() {
        do throws(MariaDBError) {
            try writer?.rollBack()
        } catch {
            writer = nil
        }
    }
}

@available(*, unavailable)
extension MariaDBOrderStore: Sendable {}

/// Which jobs are in the dead letters already while their batch is tried again.
private struct SetAsideJobs {
    private var sources: Set<ByteRange> = []

    func notYet(_ jobs: [RejectedJob]) -> [RejectedJob] { jobs.filter { !sources.contains($0.source) } }

    mutating func add(_ jobs: [RejectedJob]) { sources.formUnion(jobs.map(\.source)) }
}
