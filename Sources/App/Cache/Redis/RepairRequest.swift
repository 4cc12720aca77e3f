import Reactor

/// What one transaction did, which Redis has to be told. Its worker waits until that is done.
final class RepairRequest: Sendable {
    let writes: [AppliedWrite]
    let listChanged: Bool
    private let isDone = Monitor(false)

    init(writes: [AppliedWrite], listChanged: Bool) {
        self.writes = writes
        self.listChanged = listChanged
    }

    func finish() {
        isDone.withLock { $0 = true }
        isDone.signal()
    }

    func wait() { _ = isDone.wait { $0 ? () : nil } }
}
