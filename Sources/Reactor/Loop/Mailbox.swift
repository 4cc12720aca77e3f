import CEpoll
import Glibc
import Synchronization

/// The one door through which other threads reach an event loop: a bounded queue, and an eventfd that is written only
/// when the queue turns from empty to non-empty, so that a busy loop costs its senders no system call.
package final class Mailbox<Message: Sendable>: Sendable {
    private let queue = Mutex<[Message]>([])
    private let capacity: Int
    private let wakeUp: FileDescriptor

    /// Throws when the process has no descriptor left.
    package init(capacity: Int) throws(SystemError) {
        let raw = cepoll_eventfd()
        guard raw >= 0 else { throw SystemError(call: "eventfd") }
        wakeUp = FileDescriptor(owning: raw)
        self.capacity = capacity
    }

    /// Readable while something waits; the loop watches it.
    package var descriptor: Int32 { wakeUp.raw }

    /// How many messages wait. Any thread may ask.
    package var count: Int { queue.withLock { $0.count } }

    /// Takes a message from any thread. False when the mailbox is full: then the message was not taken.
    package func post(_ message: Message) -> Bool {
        let (taken, wasEmpty) = queue.withLock { waiting -> (Bool, Bool) in
            guard waiting.count < capacity else { return (false, false) }
            waiting.append(message)
            return (true, waiting.count == 1)
        }
        if wasEmpty {
            var one: UInt64 = 1
            let written = write(wakeUp.raw, &one, 8)
            // EAGAIN would need 2^64 - 1 unread wake-ups.
            precondition(written == 8)
        }
        return taken
    }

    /// On the loop's thread: moves everything that waits into `messages`, which must be empty; its memory serves the
    /// senders next.
    ///
    /// The eventfd is cleared first: what is posted between the two steps is taken along, and what is posted after
    /// the swap finds the queue empty and wakes the loop again.
    package func drain(into messages: inout [Message]) {
        precondition(messages.isEmpty)
        var count: UInt64 = 0
        _ = read(wakeUp.raw, &count, 8)
        queue.withLock { swap(&$0, &messages) }
    }
}
