import Orders
import Reactor

/// A change of an order that is there already.
struct OrderChange {
    enum Kind {
        /// With the new status, a JSON string with its quotes.
        case update([UInt8])
        case delete
    }

    let kind: Kind
    let token: ResponseToken
    /// When the change is refused if its turn hasn't come.
    let deadline: Deadline

    var isUpdate: Bool { if case .update = kind { true } else { false } }
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
        var step = Step.locking
        /// What Redis holds the lock under; 0: no lock was taken.
        var lock: UInt64 = 0
        fileprivate var waiting = FirstInFirstOut<OrderChange>()
    }

    private var changes: [UUID: Entry] = [:]
    /// Changes that are not in the queue's hands yet.
    private(set) var waitingCount = 0

    /// True when the change's turn is now.
    mutating func add(_ id: UUID, _ change: OrderChange) -> Bool {
        waitingCount += 1
        guard changes[id] == nil else {
            changes[id]?.waiting.append(change)
            return false
        }
        changes[id] = Entry(change: change)
        return true
    }

    func current(of id: UUID) -> Entry? { changes[id] }

    mutating func setLock(_ lock: UInt64, of id: UUID) { changes[id]?.lock = lock }

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
        entry.change = next
        entry.step = .locking
        entry.lock = 0
        changes[id] = entry
        return true
    }
}
