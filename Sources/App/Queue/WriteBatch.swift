import Reactor

/// One accepted write on its way to the queue.
struct Write: Sendable {
    var kind: JobKind
    var jobID: UUID
    var orderID: UUID
    /// Which queue partition carries the order's jobs.
    var partition: Int
    /// The job as it goes into the queue, newline included: a range of ``WriteBatch/jobs``.
    var line: ByteRange
    /// updateOrderStatus and deleteOrder: the order as it was known when the request came, within ``WriteBatch/bases``;
    /// empty when it wasn't known.
    var base = ByteRange.empty
    /// Where the order's status stands, counted from the start of `base`.
    var baseStatus = ByteRange.empty
    /// See ``OrderBase/stamp``.
    var baseStamp: UInt32 = 0
    /// createOrder: the order's JSON. updateOrderStatus: the new status, a JSON string. A range of ``WriteBatch/jobs``.
    var payload = ByteRange.empty
    /// The request that waits for the answer.
    var token: ResponseToken
    /// Answered together with others: see ``WriteBatch/groups``.
    var isGrouped = false
    /// A lone createOrder with an idempotency key: the loop's number for the request; otherwise 0.
    var keyedRequest: UInt64 = 0
    /// An earlier attempt of the same request may have put the same order into the queue.
    var isRepeated = false
    /// Decided by the queue.
    var outcome = QueueOutcome.accepted
}

/// What became of a write on its way into the queue.
enum QueueOutcome: Sendable {
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
final class WriteBatch: @unchecked Sendable {
    // @unchecked: one thread has it at a time. The loop fills it, gives it to the committer's inbox and doesn't touch
    // it until it comes back through the loop's mailbox; both doors are locks.
    let loop: Int
    /// Which batch of its loop it is, counted from 0 without end.
    var number: UInt64 = 0
    var jobs = ByteBuffer()
    var bases = ByteBuffer()
    var writes: [Write] = []
    /// The requests that brought several orders.
    var groups: [WriteGroup] = []
    /// How many writes have no outcome yet; for the thread that hands them to the queue.
    var undecided = 0

    init(loop: Int) { self.loop = loop }

    func removeAll() {
        jobs.removeAll()
        bases.removeAll()
        writes.removeAll(keepingCapacity: true)
        groups.removeAll(keepingCapacity: true)
    }

    /// The same end for all.
    func settle(_ outcome: QueueOutcome) {
        // Writes begin as accepted, so nothing is left to do in nearly all cases.
        if outcome == .accepted { return }
        for index in writes.indices { writes[index].outcome = outcome }
    }

    /// How many of the writes ended how.
    var outcomes: WriteCounts {
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
    func base(of write: Write) -> OrderBase? {
        guard !write.base.isEmpty else { return nil }
        return OrderBase(order: write.base.of(bases.bytes), status: write.baseStatus, stamp: write.baseStamp)
    }
}
