/// Who is called when a timer fires. Called on the loop's thread.
package protocol TimerHandler: AnyObject {
    func timerFired(_ timer: TimerID)
}

/// Names one scheduled timer; never used twice by one loop.
package struct TimerID: Hashable, Sendable {
    let value: UInt64
}

/// One-shot timers in a binary heap: a loop has a handful, and connections are swept coarsely instead of each holding
/// one.
struct Timers: ~Copyable {
    private struct Entry {
        let deadline: Deadline
        let id: TimerID
        let handler: any TimerHandler
    }

    private var heap: [Entry] = []
    private var lastID: UInt64 = 0

    /// The timer that was scheduled last.
    var last: TimerID { TimerID(value: lastID) }

    /// When the loop must wake up; nil when there is no timer.
    var next: Deadline? { heap.first?.deadline }

    mutating func schedule(at deadline: Deadline, _ handler: any TimerHandler) -> TimerID {
        lastID += 1
        let id = TimerID(value: lastID)
        heap.append(Entry(deadline: deadline, id: id, handler: handler))
        siftUp(heap.count - 1)
        return id
    }

    /// Linear in the number of timers, which is small. Does nothing when the timer has fired.
    mutating func cancel(_ id: TimerID) {
        guard let index = heap.firstIndex(where: { $0.id == id }) else { return }
        removeEntry(at: index)
    }

    /// Takes out the earliest timer that is due, unless it was scheduled after `last`.
    ///
    /// Nothing scheduled before is held up by one that was not: a timer is never set to a time before the current turn,
    /// and of equal deadlines the older one is first.
    mutating func popDue(_ now: Deadline, scheduledBy last: TimerID) -> (id: TimerID, handler: any TimerHandler)? {
        guard let first = heap.first, first.deadline <= now, first.id.value <= last.value else { return nil }
        removeEntry(at: 0)
        return (first.id, first.handler)
    }

    private mutating func removeEntry(at index: Int) {
        let last = heap.removeLast()
        guard index < heap.count else { return }
        heap[index] = last
        siftDown(index)
        siftUp(index)
    }

    // Timers of one deadline fire in the order in which they were scheduled.
    private func precedes(_ left: Entry, _ right: Entry) -> Bool {
        left.deadline == right.deadline ? left.id.value < right.id.value : left.deadline < right.deadline
    }

    private mutating func siftUp(_ start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard precedes(heap[child], heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var parent = start
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                if precedes(heap[child], heap[least]) { least = child }
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
