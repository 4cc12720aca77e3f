package import Cache
package import Health
package import Metrics
import Orders
package import Queue
import Reactor
import Store

/// The one thread that writes the embedded queue: takes all that waits into one transaction, and after the commit makes
/// the writes visible and sends their outcome back to the loops.
///
/// While a commit waits for the disk the next batch gathers, so its size follows the load by itself and a lone order is
/// not delayed. The cache learns of changes here, behind their commit, so that a refused one was never visible.
package final class Committer {
    private let inbox: CommitInbox
    private let queue: EmbeddedQueueWriter
    private let partitions: Int
    private let cache: MemoryCache
    private let workers: WorkBoard
    private let loops: [any SettledBatchSink]
    private let reporter: DependencyReporter
    private let metrics: CommitMetrics
    /// Pause before the queue is tried again after a commit that failed, when no write comes along.
    private let retryMilliseconds: Int
    /// Pause between two looks for what other processes have put into the queue.
    private let lookMilliseconds: Int
    private var nextLook = Deadline.now()
    private var packer: MessagePacker
    private var content = CommitInbox.Content()
    /// Acknowledgements of a commit that failed: they go along with the next one.
    private var retained: [EmbeddedAcknowledgement] = []
    /// The last commit failed.
    private var isFailing = false
    private var assigned: [Int64] = []

    package init(
        inbox: CommitInbox, queue: EmbeddedQueueWriter, partitions: Int, cache: MemoryCache, workers: WorkBoard,
        loops: [any SettledBatchSink], health: Health, packer: consuming MessagePacker, retryMilliseconds: Int = 1_000,
        lookMilliseconds: Int = 1_000, metrics: CommitMetrics = CommitMetrics()
    ) {
        self.metrics = metrics
        self.inbox = inbox
        self.queue = queue
        self.partitions = partitions
        self.cache = cache
        self.workers = workers
        self.loops = loops
        // The file is open.
        reporter = health.reporter(for: .queue, isProven: true)
        self.packer = packer
        self.retryMilliseconds = retryMilliseconds
        self.lookMilliseconds = lookMilliseconds
    }

    /// Until the inbox is closed and empty.
    package func run() {
        while inbox.take(into: &content, until: isFailing ? retryDeadline : nextLook) {
            content.acknowledgements.append(contentsOf: retained)
            retained.removeAll(keepingCapacity: true)
            if !content.isEmpty {
                commit()
            } else if isFailing {
                probe()
            }
            content.removeAll()
            if !isFailing { lookForOthers() }
        }
    }

    private var retryDeadline: Deadline { .now().advanced(byMilliseconds: retryMilliseconds) }

    /// Wakes the workers for dead letters that an operator's command has replayed: it can't call them itself.
    ///
    /// Here and not by the workers, because only this thread knows that the cache has been told of all other messages.
    private func lookForOthers() {
        let now = Deadline.now()
        guard now >= nextLook else { return }
        nextLook = now.advanced(byMilliseconds: lookMilliseconds)
        // When the file can't be read the next commit says so.
        guard let newest = try? queue.newestIfOthersWrote() else { return }
        for (partition, sequence) in newest { workers.announce(partition: partition, sequence: sequence) }
    }

    /// Finds out whether the queue works again. Only a write can tell, and a balancer that asks /ready sends none until
    /// it is told so.
    private func probe() {
        do throws(SQLiteError) {
            try queue.probe()
            report(nil)
        } catch {
            report(error)
        }
    }

    private func report(_ failure: SQLiteError?) {
        isFailing = failure != nil
        reporter.report(failure: failure?.description)
    }

    private func commit() {
        packer.pack(content.batches, partitions: partitions)
        let began = Deadline.now()
        do throws(SQLiteError) {
            try queue.commit(
                packer.packed, acknowledgements: content.acknowledgements,
                deadLetters: content.deadLetters.flatMap(\.letters), assigned: &assigned)
            report(nil)
            count(since: began)
            for batch in content.batches { publish(batch) }
            announce()
            settle(.accepted)
            for request in content.deadLetters { request.finish(.success(())) }
        } catch {
            report(error)
            metrics.update { $0.failures &+= 1 }
            settle(error.outcome == .unknown ? .unknown : .refused)
            for request in content.deadLetters { request.finish(.failure(error)) }
            retained.append(contentsOf: content.acknowledgements)
        }
    }

    private func count(since began: Deadline) {
        let microseconds = (Deadline.now().nanoseconds - began.nanoseconds) / 1_000
        let messages = packer.packed.messages
        let jobs = messages.reduce(0) { $0 + $1.jobs }
        metrics.queued(jobs: jobs)
        metrics.update { figures in
            figures.microseconds.record(microseconds)
            if jobs > 0 { figures.jobs.record(UInt64(jobs)) }
            for message in messages { figures.messageJobs.record(UInt64(message.jobs)) }
        }
    }

    /// Wakes the workers, who must not apply what the cache has not been told of.
    private func announce() {
        for (index, sequence) in assigned.enumerated() {
            workers.announce(partition: packer.packed.messages[index].partition, sequence: sequence)
        }
    }

    /// Shows the updates and deletes of a batch to every reader, before anybody is told that they were accepted.
    private func publish(_ batch: WriteBatch) {
        let now = Deadline.now()
        let jobs = batch.jobs.bytes
        for write in batch.writes {
            switch write.kind {
            // Its loop has shown it already, under an id that nobody knows before the answer.
            case .createOrder: continue
            case .updateOrderStatus:
                cache.committed(
                    statusUpdate: write.orderID, write.version, newStatus: write.payload.of(jobs),
                    base: batch.base(of: write), now: now)
            case .deleteOrder:
                cache.committed(delete: write.orderID, write.version, base: batch.base(of: write), now: now)
            }
        }
    }

    /// One message to each loop, however many batches of it were in the commit: each message can cost a wake-up.
    private func settle(_ outcome: QueueOutcome) {
        for (index, loop) in loops.enumerated() {
            let batches = content.batches.filter { $0.loop == index }
            guard !batches.isEmpty else { continue }
            for batch in batches { batch.settle(outcome) }
            loop.deliver(settled: batches)
        }
    }
}
