package import Reactor
package import Store

/// What waits for the next transaction of the embedded queue, and the door through which all threads reach the
/// committer.
package final class CommitInbox: BatchSink {
    /// Everything that one transaction takes along.
    package struct Content {
        package var batches: [WriteBatch] = []
        package var acknowledgements: [EmbeddedAcknowledgement] = []
        package var deadLetters: [DeadLetterRequest] = []

        package init() {}

        package var isEmpty: Bool { batches.isEmpty && acknowledgements.isEmpty && deadLetters.isEmpty }

        package mutating func removeAll() {
            batches.removeAll(keepingCapacity: true)
            acknowledgements.removeAll(keepingCapacity: true)
            deadLetters.removeAll(keepingCapacity: true)
        }
    }

    private struct State {
        var content = Content()
        var isClosed = false
    }

    private let state = Monitor(State())

    package init() {}

    /// From an event loop, which gets the batch back through its mailbox.
    package func submit(_ batch: WriteBatch) {
        state.withLock { $0.content.batches.append(batch) }
        state.signal()
    }

    /// From a worker: everything of the partition up to this message has been applied. Takes effect with a later
    /// commit; until then a restart delivers the messages again, and the database knows them.
    package func acknowledge(_ acknowledgement: EmbeddedAcknowledgement) {
        state.withLock { $0.content.acknowledgements.append(acknowledgement) }
        state.signal()
    }

    /// From a worker: waits until the dead letters are durable; throws why they are not.
    package func setAside(_ letters: [DeadLetter]) throws(SQLiteError) {
        let request = DeadLetterRequest(letters: letters)
        state.withLock { $0.content.deadLetters.append(request) }
        state.signal()
        try request.wait()
    }

    /// From the committer: swaps what waits into `content`, which must be empty; sleeps while nothing waits, but not
    /// past `deadline`. False when the inbox is closed and empty.
    package func take(into content: inout Content, until deadline: Deadline) -> Bool {
        precondition(content.isEmpty)
        // The monitor's closure can't take an inout parameter along, so the content moves through a local.
        var spare = content
        content = Content()
        let isOpen = state.wait(until: deadline) { state -> Bool? in
            if state.content.isEmpty { return state.isClosed ? false : nil }
            swap(&spare, &state.content)
            return true
        }
        content = spare
        return isOpen ?? true
    }

    /// After the loops and the workers have stopped: the committer ends when it has taken what still waits.
    package func close() {
        state.withLock { $0.isClosed = true }
        state.signal()
    }
}

/// Dead letters of one worker, and the worker's wait for them.
package final class DeadLetterRequest: Sendable {
    package let letters: [DeadLetter]
    private let result = Monitor<Result<Void, SQLiteError>?>(nil)

    init(letters: [DeadLetter]) { self.letters = letters }

    package func finish(_ outcome: Result<Void, SQLiteError>) {
        result.withLock { $0 = outcome }
        result.signal()
    }

    func wait() throws(SQLiteError) {
        guard let outcome = result.wait({ $0 }) else {
            preconditionFailure("a wait without a deadline doesn't time out")
        }
        try outcome.get()
    }
}
