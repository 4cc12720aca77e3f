import Cache
import Health
import Logging
import Metrics
import Orders
import Queue
import Reactor
import Store

/// The batch that a cluster worker has in hand: decodes it, sets aside what can't be read, applies the rest in one
/// transaction, and repairs the cache. Kept from one session to the next, for its buffers. Used by one thread.
final class BatchApplier {
    /// Where the batch in hand is.
    private enum Stage {
        /// No batch is in hand.
        case none
        /// The batch is decoded. It is tried again when it comes up next.
        case loaded
        /// Its unreadable jobs are in the dead letters, too.
        case cleared
    }

    enum Outcome: Equatable {
        /// The batch is in the database and the cache knows; so many messages may be acknowledged.
        case applied(messages: Int)
        /// Nothing of it is in the database. It stays in hand, to be tried again.
        case failed
    }

    private let store: any OrderStore
    private let cache: any CacheRepair
    private let deadLetters: DeadLetterRecorder
    private let telemetry: WorkerTelemetry
    private let delivery: DependencyReporter
    private var database: DatabaseProof
    private var stage = Stage.none
    private var batch = WorkBatch()
    private var writes: [AppliedWrite] = []

    init(_ shared: ClusterWorker.Shared, store: any OrderStore, delivery: DependencyReporter) {
        self.store = store
        cache = shared.cache
        telemetry = shared.telemetry
        deadLetters = DeadLetterRecorder(
            RabbitMQDeadLetterSink(shared.broker, clock: shared.clock), shared.telemetry)
        self.delivery = delivery
        database = DatabaseProof(store, shared.telemetry.health.reporter(for: .database))
    }

    /// Lets go of the batch in hand: its connection is lost, and the broker delivers its messages again.
    func drop() { stage = .none }

    /// Finds out whether the database can be written, where no batch does: see ``DatabaseProof``.
    ///
    /// - Returns: when it wants to look again. Never while a batch is in hand, which will tell.
    func lookAtDatabase() -> Deadline { stage == .none ? database.look() : .never }

    /// Applies the first messages that `consumer` holds. Messages of a batch that failed are the same the next time.
    func apply(_ messages: Int, of consumer: PartitionConsumer) -> Outcome {
        if stage == .none {
            consumer.load(messages, into: &batch)
            stage = .loaded
        }
        let result: ApplyResult
        do throws(StoreError) {
            result = try write(consumer)
        } catch {
            note(error)
            return .failed
        }
        telemetry.metrics.applied(batch, result)
        delivery.report(failure: nil)
        database.used(failure: nil)
        telemetry.logger.applied(result, partition: consumer.partition)
        stage = .none
        // Jobs without effect may have been applied by a worker that died before it could tell.
        repairCache(listChanged: result.changed || result.skipped > 0)
        return .applied(messages: batch.messages)
    }

    private func write(_ consumer: PartitionConsumer) throws(StoreError) -> ApplyResult {
        // What can't even be read goes to the dead letters before anything else is applied.
        if stage == .loaded && !batch.rejected.isEmpty { try setAside(batch.rejected, of: consumer) }
        stage = .cleared
        return try batch.apply(
            to: store, partition: consumer.partition, oldestQueuedMilliseconds: consumer.oldestQueuedMilliseconds
        ) {
            (jobs) throws(StoreError) in try setAside(jobs, of: consumer)
        }
    }

    private func setAside(_ jobs: [RejectedJob], of consumer: PartitionConsumer) throws(StoreError) {
        try deadLetters.setAside(jobs, as: consumer.letters(for: jobs))
    }

    private func note(_ error: StoreError) {
        let what = error.whatIsRetried
        switch what {
        case .delivery: delivery.report(failure: error.description)
        case .database: database.used(failure: error.description)
        }
        telemetry.metrics.update { $0.retried(what) }
    }

    private func repairCache(listChanged: Bool) {
        writes.removeAll(keepingCapacity: true)
        for (index, job) in batch.jobs.jobs.enumerated() {
            guard let write = batch.settled(index) else { continue }
            writes.append(job.version == nil ? .unversioned(unversioned(job, write, index)) : .settled(write))
        }
        if !writes.isEmpty { cache.repair(writes, listChanged: listChanged) }
    }

    private func unversioned(_ job: Job, _ write: SettledWrite, _ index: Int) -> UnversionedWrite {
        let outcome: UnversionedWrite.Outcome =
            batch.isRefused(index) ? .refused : write.isShown && job.kind == .updateOrderStatus ? .updated : .gone
        return UnversionedWrite(orderID: job.orderID, jobID: job.id, version: write.version, outcome: outcome)
    }
}

extension StoreError {
    /// What has to be tried again after this error: dead letters are the broker's.
    fileprivate var whatIsRetried: WorkerFigures.Retried {
        switch self {
        case .notSetAside: .delivery
        case .sqlite, .mariadb: .database
        }
    }
}

@available(*, unavailable)
extension BatchApplier: Sendable {}
