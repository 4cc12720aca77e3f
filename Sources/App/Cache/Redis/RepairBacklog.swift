import Reactor

/// What Redis hasn't been told yet because it couldn't be reached, the oldest first. Pure.
struct RepairBacklog {
    /// How many writes are kept. When there are more, the oldest are forgotten.
    let limit: Int
    private var writes = FirstInFirstOut<AppliedWrite>()
    private(set) var listChanged = false
    private(set) var forgotten = 0

    init(limit: Int) { self.limit = limit }

    var isEmpty: Bool { writes.count == 0 && !listChanged }

    mutating func append(_ more: some Sequence<AppliedWrite>, listChanged: Bool) {
        if listChanged { self.listChanged = true }
        for write in more {
            writes.append(write)
            guard writes.count > limit else { continue }
            _ = writes.popFirst()
            forgotten += 1
        }
    }

    /// Takes up to `count` writes, and with the last of them whether the list changed.
    mutating func take(_ count: Int) -> (writes: [AppliedWrite], listChanged: Bool) {
        var taken: [AppliedWrite] = []
        while taken.count < count, let write = writes.popFirst() { taken.append(write) }
        guard writes.count == 0 else { return (taken, false) }
        defer { listChanged = false }
        return (taken, listChanged)
    }
}
