import Orders
import Reactor

/// A change that waits for its turn.
struct QueuedChange {
    let change: OrderChange
    /// When the change is refused if its turn hasn't come.
    let deadline: Deadline
}

/// An order as Redis shows it to a writer.
struct PendingBase: Equatable {
    var order: [UInt8]
    var status: ByteRange
    var version: OrderVersion
    var isDeleting: Bool
}

/// Which change of each order is under way on this loop, and which wait behind it: one at a time, in the order in which
/// they came. Pure; the order's lock in Redis does the same among loops and instances.
struct OrderChangeQueues {
    enum Step: Equatable {
        /// Asked Redis for the lock and the order, or waits to ask again.
        case locking
        /// Waits for the database to tell the order.
        case reading
        /// In the queue's hands, under this job id.
        case queued(UUID)
        /// Waits for Redis to show the write.
        case finishing
    }

    struct Entry {
        var change: OrderChange
        var deadline: Deadline
        var step = Step.locking
        /// What Redis holds the lock under; 0: no lock was taken.
        var lock: UInt64 = 0
        /// Redis' clock when it gave the lock, since 1970; nil without Redis.
        var lockedAtMicroseconds: UInt64?
        /// The newest version of the order that Redis knew then, whether or not it shows the order.
        var known = OrderVersion.none
        /// What Redis shows of the order, while the database is asked whether that is still so.
        var pending: PendingBase?
        fileprivate var waiting = FirstInFirstOut<QueuedChange>()
    }

    private var changes: [UUID: Entry] = [:]
    /// Changes that are not in the queue's hands yet.
    private(set) var waitingCount = 0

    /// True when the change's turn is now.
    mutating func add(_ change: OrderChange, deadline: Deadline) -> Bool {
        waitingCount += 1
        guard changes[change.id] == nil else {
            changes[change.id]?.waiting.append(QueuedChange(change: change, deadline: deadline))
            return false
        }
        changes[change.id] = Entry(change: change, deadline: deadline)
        return true
    }

    func current(of id: UUID) -> Entry? { changes[id] }

    mutating func setLock(_ lock: UInt64, of id: UUID) { changes[id]?.lock = lock }

    mutating func locked(
        _ id: UUID, atMicroseconds microseconds: UInt64, _ pending: PendingBase?, known: OrderVersion
    ) {
        changes[id]?.lockedAtMicroseconds = microseconds
        changes[id]?.known = known
        changes[id]?.pending = pending
    }

    mutating func move(_ id: UUID, to step: Step) {
        if case .queued = step { waitingCount -= 1 }
        changes[id]?.step = step
    }

    /// The change is over; true when another one's turn is now.
    mutating func end(_ id: UUID) -> Bool {
        guard var entry = changes[id] else { preconditionFailure("a change ended twice") }
        switch entry.step {
        case .locking, .reading: waitingCount -= 1
        case .queued, .finishing: break
        }
        guard let next = entry.waiting.popFirst() else {
            changes[id] = nil
            return false
        }
        entry.change = next.change
        entry.deadline = next.deadline
        entry.step = .locking
        entry.lock = 0
        entry.lockedAtMicroseconds = nil
        entry.known = .none
        entry.pending = nil
        changes[id] = entry
        return true
    }
}
