package import Cache
package import Metrics
package import Orders
package import Queue
import Reactor
package import Store

/// What the queue held when the process started: shown to readers again before the first request, as it was shown
/// before the restart.
package enum PendingWrites {
    /// What waits in the queue.
    package struct Restored {
        /// The newest sequence of each partition.
        package var newestSequences: [Int64]
        /// Of all waiting jobs.
        package var newestVersion: OrderVersion
    }

    /// Announces every waiting job to the cache, in order, and its idempotency key to the claims.
    ///
    /// A message that was applied and not yet acknowledged is announced too: its worker finds that out, and ends it
    /// like any other.
    package static func restore(
        from queue: EmbeddedQueueReader, partitions: Int, into cache: MemoryCache, _ claims: ClaimTable,
        counting commits: CommitMetrics? = nil
    ) throws(SQLiteError) -> Restored {
        var restorer = Restorer(cache: cache, claims: claims)
        var newest = [Int64](repeating: 0, count: partitions)
        try queue.visitWaiting { partition, fetched in
            newest[partition] = fetched.messages.last?.sequence ?? newest[partition]
            commits?.queued(jobs: fetched.messages.reduce(0) { $0 + $1.jobs })
            restorer.announce(fetched)
        }
        return Restored(newestSequences: newest, newestVersion: restorer.newest)
    }
}

private struct Restorer: ~Copyable {
    private let cache: MemoryCache
    private let claims: ClaimTable
    private var decoder = JobDecoder()
    private var batch = JobBatch()
    private var encoded = ByteBuffer()
    /// The newest version of all that was announced.
    private(set) var newest = OrderVersion.none
    /// Of orders with changes that have no version, as version 0.5 has queued them: that of the last one.
    private var unversioned: [UUID: OrderVersion] = [:]

    init(cache: MemoryCache, claims: ClaimTable) {
        self.cache = cache
        self.claims = claims
    }

    mutating func announce(_ fetched: borrowing FetchedMessages) {
        batch.removeAll()
        for (number, message) in fetched.messages.enumerated() {
            decoder.decode(
                message: message.body.of(fetched.bytes.bytes), baseOffset: Int(message.body.start),
                messageIndex: number, into: &batch)
        }
        claims.restore(batch)
        let now = Deadline.now()
        for index in batch.jobs.indices { announce(batch.jobs[index], now) }
    }

    private mutating func announce(_ job: Job, _ now: Deadline) {
        encoded.removeAll()
        let version = job.version ?? nextVersion(of: job.orderID)
        newest = max(newest, version)
        switch job.kind {
        case .createOrder:
            let status = OrderJSON.append(job, of: batch, to: &encoded)
            cache.committed(create: job.orderID, order: encoded.bytes, status: status, now: now)
        case .updateOrderStatus:
            // Without a base: until it is applied, a read takes the rest of the order from the database.
            encoded.append(jsonString: job.status.of(batch.text.bytes))
            cache.committed(statusUpdate: job.orderID, version, newStatus: encoded.bytes, base: nil, now: now)
        case .deleteOrder:
            cache.committed(delete: job.orderID, version, base: nil, now: now)
        }
    }

    /// The database gives such a change the version next to the order's. That may be higher than this one, and is never
    /// lower; so the change isn't shown for longer than it waits.
    private mutating func nextVersion(of order: UUID) -> OrderVersion {
        let version = (unversioned[order] ?? OrderVersion(ofCreation: order)).next
        unversioned[order] = version
        return version
    }
}

extension OrderJSON {
    /// Appends the order of a decoded create job; returns its status' range.
    fileprivate static func append(_ job: Job, of batch: borrowing JobBatch, to buffer: inout ByteBuffer) -> ByteRange {
        let text = batch.text.bytes
        let status = appendStart(
            id: job.orderID, customerName: job.customerName.of(text), status: job.status.of(text), into: &buffer)
        for index in job.items {
            let item = batch.items[index]
            appendItem(
                name: item.name.of(text), quantity: item.quantity, isFirst: index == job.items.lowerBound, into: &buffer
            )
        }
        appendEnd(into: &buffer)
        return status
    }
}
