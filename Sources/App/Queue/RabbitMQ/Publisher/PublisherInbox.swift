package import Reactor
import Synchronization

/// The door through which the event loops reach the publisher, which can poll it together with its socket.
///
/// It is shut while the publisher can't publish: a batch that comes then goes back refused at once, without the
/// publisher's help, which may be waiting for a broker that does not answer. Bounded by what the loops have in flight.
package final class PublisherInbox: Sendable {
    package struct Waiting: Sendable {
        var batch: WriteBatch
        var since: Deadline
    }

    private struct State {
        var waiting: [Waiting] = []
        var isShut = true
        var isClosed = false
    }

    private let state = Mutex(State())
    private let wakeUp: WakeUp
    private let loops: [any SettledBatchSink]

    package init(loops: [any SettledBatchSink]) throws(SystemError) {
        wakeUp = try WakeUp()
        self.loops = loops
    }

    /// From an event loop, which gets the batch back through its mailbox.
    package func submit(_ batch: WriteBatch) {
        let waiting = Waiting(batch: batch, since: .now())
        let (isTaken, isFirst) = state.withLock { state -> (Bool, Bool) in
            guard !state.isShut, !state.isClosed else { return (false, false) }
            state.waiting.append(waiting)
            return (true, state.waiting.count == 1)
        }
        if isFirst { wakeUp.signal() }
        guard !isTaken else { return }
        batch.settle(.refused)
        loops[batch.loop].deliver(settled: [batch])
    }

    /// After the loops have stopped submitting: the publisher ends when what it has is decided.
    package func close() {
        state.withLock { $0.isClosed = true }
        wakeUp.signal()
    }

    // MARK: The publisher

    /// Readable while something waits.
    package var descriptor: Int32 { wakeUp.descriptor }

    package var isClosed: Bool { state.withLock { $0.isClosed } }

    /// Appends what waits to `taken`.
    package func take(into taken: inout [Waiting]) {
        // First: what is submitted from here on wakes again.
        wakeUp.clear()
        state.withLock { state in
            if taken.isEmpty {
                swap(&taken, &state.waiting)
            } else {
                taken.append(contentsOf: state.waiting)
                state.waiting.removeAll(keepingCapacity: true)
            }
        }
    }

    /// Batches are taken from now on.
    package func open() { state.withLock { $0.isShut = false } }

    /// From now on batches go back refused. What waits already is for the publisher to ``take(into:)``.
    func shut() { state.withLock { $0.isShut = true } }
}
extension PublisherInbox: BatchSink {}
