package import Metrics
package import Orders
package import Reactor

/// One accepted write on its way to the queue.
package struct Write: Sendable {
    package var kind: JobKind
    package var jobID: UUID
    package var orderID: UUID
    /// Of the order's state that this write makes.
    package var version: OrderVersion
    /// Which queue partition carries the order's jobs.
    package var partition: Int
    /// The job as it goes into the queue, newline included: a range of ``WriteBatch/jobs``.
    package var line: ByteRange
    /// updateOrderStatus and deleteOrder: the order as it was known when the request came, within ``WriteBatch/bases``;
    /// empty when it wasn't known.
    package var base = ByteRange.empty
    /// Where the order's status stands, counted from the start of `base`.
    package var baseStatus = ByteRange.empty
    /// createOrder: the order's JSON. updateOrderStatus: the new status, a JSON string. A range of ``WriteBatch/jobs``.
    package var payload = ByteRange.empty
    /// The request that waits for the answer.
    package var token: ResponseToken
    /// Answered together with others: see ``WriteBatch/groups``.
    package var isGrouped = false
    /// A lone createOrder with an idempotency key: the loop's number for the request; otherwise 0.
    package var keyedRequest: UInt64 = 0
    /// An earlier attempt of the same request may have put the same order into the queue.
    package var isRepeated = false
    /// Decided by the queue.
    package var outcome = QueueOutcome.accepted

    package init(
        kind: JobKind, jobID: UUID, orderID: UUID, version: OrderVersion, partition: Int, line: ByteRange,
        token: ResponseToken
    ) {
        self.version = version
        self.kind = kind
        self.jobID = jobID
        self.orderID = orderID
        self.partition = partition
        self.line = line
        self.token = token
    }
}

/// What became of a write on its way into the queue.
package enum QueueOutcome: Sendable {
    /// Durable in the queue and visible to readers.
    case accepted
    /// Certainly not in the queue, now or later.
    case refused
    /// The queue failed in the middle: the job may or may not turn up later.
    case unknown
}

/// The writes of one turn of one event loop, handed to the committer as a whole and handed back with their outcome.
///
/// A batch is reused, so that a steady load allocates nothing.
package final class WriteBatch: @unchecked Sendable {
    // @unchecked: one thread has it at a time. The loop fills it, gives it to the committer's inbox and doesn't touch
    // it until it comes back through the loop's mailbox; both doors are locks.
    package let loop: Int
    /// Which batch of its loop it is, counted from 0 without end.
    package var number: UInt64 = 0
    package var jobs = ByteBuffer()
    package var bases = ByteBuffer()
    package var writes: [Write] = []
    /// The requests that brought several orders.
    package var groups: [WriteGroup] = []
    /// How many writes have no outcome yet; for the thread that hands them to the queue.
    var undecided = 0

    package init(loop: Int) { self.loop = loop }

    package func removeAll() {
        jobs.removeAll()
        bases.removeAll()
        writes.removeAll(keepingCapacity: true)
        groups.removeAll(keepingCapacity: true)
    }

    /// The same end for all.
    package func settle(_ outcome: QueueOutcome) {
        // Writes begin as accepted, so nothing is left to do in nearly all cases.
        if outcome == .accepted { return }
        for index in writes.indices { writes[index].outcome = outcome }
    }

    /// How many of the writes ended how.
    package var outcomes: WriteCounts {
        var counts = WriteCounts()
        for write in writes {
            switch (write.outcome, write.kind) {
            case (.accepted, .createOrder): counts.created &+= 1
            case (.accepted, .updateOrderStatus): counts.updated &+= 1
            case (.accepted, .deleteOrder): counts.deleted &+= 1
            case (.refused, _): counts.refused &+= 1
            case (.unknown, _): counts.unknown &+= 1
            }
        }
        return counts
    }

    /// The order that an update or a delete was asked for, as it was known then.
    package func base(of write: Write) -> OrderBase? {
        guard !write.base.isEmpty else { return nil }
        return OrderBase(order: write.base.of(bases.bytes), status: write.baseStatus)
    }
}
