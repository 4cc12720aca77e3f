package import Cache
import Health
import Logging
package import Metrics
import Orders
package import Queue
import Reactor
package import Store

/// One thread of the fixed pool: takes the jobs of its partitions in order, applies them in one transaction after the
/// simulated lag, repairs the cache, and acknowledges.
///
/// A crash anywhere changes nothing: until the acknowledgement is durable the queue delivers again, and a job that was
/// applied finds its own version in the store, or a newer one. A transient fault of the database is retried for ever,
/// with the batch in hand, so that order is kept; only a job that can never be applied is set aside.
package final class EmbeddedWorker {
    /// What all workers of the process share.
    package struct Shared: Sendable {
        package let board: WorkBoard
        package let inbox: CommitInbox
        package let store: SQLiteOrderStore
        package let cache: MemoryCache
        package let lists: ListCache
        package let claims: ClaimTable
        package let settings: WorkerSettings
        package let telemetry: WorkerTelemetry
        package let commits: CommitMetrics

        package init(
            board: WorkBoard, inbox: CommitInbox, store: SQLiteOrderStore, cache: MemoryCache, lists: ListCache,
            claims: ClaimTable, settings: WorkerSettings, telemetry: WorkerTelemetry, commits: CommitMetrics
        ) {
            self.board = board
            self.inbox = inbox
            self.store = store
            self.cache = cache
            self.lists = lists
            self.claims = claims
            self.settings = settings
            self.telemetry = telemetry
            self.commits = commits
        }
    }

    private let shared: Shared
    private let index: Int
    private let queue: EmbeddedQueueReader
    private let deadLetters: DeadLetterRecorder
    private let delivery: DependencyReporter
    private let database: DependencyReporter

    private let partitions: [Int]
    /// The last message read of each partition.
    private var read: [Int64]
    private var lag: SimulatedLag
    /// The newest message of each partition when the last write began.
    private var newestAtWrite: [Int64]
    private var fetched = FetchedMessages()
    private var batch = WorkBatch()
    private var oldestUnacknowledged: UUID?

    /// - Parameter queue: used by this worker alone.
    package init(_ shared: Shared, index: Int, queue: EmbeddedQueueReader) {
        self.shared = shared
        self.index = index
        self.queue = queue
        deadLetters = DeadLetterRecorder(EmbeddedDeadLetterSink(shared.inbox), shared.telemetry)
        // Both files are open.
        delivery = shared.telemetry.health.reporter(for: .delivery, isProven: true)
        database = shared.telemetry.health.reporter(for: .database, isProven: true)
        partitions = shared.board.partitions(of: index)
        read = partitions.map { _ in 0 }
        lag = SimulatedLag(milliseconds: shared.settings.lagMilliseconds)
        newestAtWrite = read
    }

    /// Until the board says stop. What is in hand then and not yet applied stays in the queue.
    package func run() {
        var nextSlot = 0
        while case .work(let slot, let through) = shared.board.next(worker: index, read: read, startingAt: nextSlot) {
            nextSlot = slot + 1
            let takenUp = Deadline.now()
            guard take(slot, through: through), setAsideUnreadable() else { return }
            // Emptied by an operator meanwhile: without this the board would send for it again at once, for ever.
            guard let last = fetched.messages.last else {
                read[slot] = through
                shared.board.finished(partition: partitions[slot], through: through)
                continue
            }
            // Reading and decoding count towards the lag: it stands for a slow database, not for a busy worker.
            let waitedFull = fetched.isCutShort && last.sequence <= newestAtWrite[slot]
            let lagEnds = lag.end(takenUp: takenUp, waitedFull: waitedFull)
            if shared.board.isStopping(worker: index, waitingUntil: lagEnds) { return }
            guard apply(partitions[slot]) else { return }
            finish(slot)
        }
    }

    /// Reads and decodes the next messages of a partition. False: stop.
    private func take(_ slot: Int, through: Int64) -> Bool {
        let isRead = retrying(.delivery, delivery) { () throws(StoreError) in
            do throws(SQLiteError) {
                try queue.fetch(
                    partition: partitions[slot], after: read[slot], through: through,
                    maxJobs: shared.settings.jobsPerTransaction, into: &fetched)
                oldestUnacknowledged = try queue.oldestMessage(partition: partitions[slot])
            } catch {
                throw .sqlite(error)
            }
        }
        guard isRead else { return false }
        batch.removeAll()
        for message in fetched.messages {
            batch.add(body: message.body.of(fetched.bytes.bytes), offset: Int(message.body.start))
        }
        return true
    }

    /// What can't even be read goes to the dead letters before anything else is applied. False: stop.
    private func setAsideUnreadable() -> Bool {
        guard !batch.rejected.isEmpty else { return true }
        return retrying(.delivery, delivery) { () throws(StoreError) in try setAside(batch.rejected) }
    }

    private func apply(_ partition: Int) -> Bool {
        var result = ApplyResult()
        let isApplied = retrying(.database, database) { () throws(StoreError) in
            newestAtWrite = shared.board.newest(worker: index)
            lag.writeBegins(now: .now())
            result = try batch.apply(
                to: shared.store, partition: partition,
                oldestQueuedMilliseconds: oldestUnacknowledged?.millisecondsSince1970 ?? 0,
                setAside: setAside)
        }
        guard isApplied else { return false }
        shared.telemetry.metrics.applied(batch, result)
        shared.telemetry.logger.applied(result, partition: partition)
        if result.changed { shared.lists.bump() }
        return true
    }

    private func finish(_ slot: Int) {
        let now = Deadline.now()
        for index in batch.jobs.jobs.indices {
            if let write = batch.settled(index) { shared.cache.settled(write, now: now) }
        }
        shared.claims.applied(batch.jobs)
        guard let last = fetched.messages.last else { return }
        read[slot] = last.sequence
        shared.commits.finished(jobs: fetched.messages.reduce(0) { $0 + $1.jobs })
        shared.inbox.acknowledge(EmbeddedAcknowledgement(partition: partitions[slot], throughSequence: last.sequence))
        shared.board.finished(partition: partitions[slot], through: last.sequence)
    }

    private func setAside(_ jobs: [RejectedJob]) throws(StoreError) {
        try deadLetters.setAside(jobs, as: WorkBatch.letters(for: jobs, in: fetched.bytes.bytes))
    }

    /// Tries until it succeeds, with growing pauses. False: the worker should stop instead.
    private func retrying(
        _ what: WorkerFigures.Retried, _ reporter: DependencyReporter, _ action: () throws(StoreError) -> Void
    ) -> Bool {
        var pause = Backoff.ofBatch
        while true {
            do throws(StoreError) {
                try action()
                reporter.report(failure: nil)
                return true
            } catch {
                reporter.report(failure: error.description)
            }
            let pauseEnds = Deadline.now().advanced(byMilliseconds: pause.next())
            if shared.board.isStopping(worker: index, waitingUntil: pauseEnds) { return false }
            shared.telemetry.metrics.update { $0.retried(what) }
        }
    }
}
