import CEpoll
import Glibc

/// Wakes a thread that sleeps in poll(2): an eventfd.
package final class WakeUp: Sendable {
    private let eventfd: FileDescriptor

    /// Throws when the process has no descriptor left.
    package init() throws(SystemError) {
        let raw = cepoll_eventfd()
        guard raw >= 0 else { throw SystemError(call: "eventfd") }
        eventfd = FileDescriptor(owning: raw)
    }

    /// Readable from a ``signal()`` to the next ``clear()``.
    package var descriptor: Int32 { eventfd.raw }

    /// Wakes the sleeper. Any thread may call it.
    package func signal() {
        var one: UInt64 = 1
        let written = write(eventfd.raw, &one, 8)
        // EAGAIN would need 2^64 - 1 signals that nobody cleared.
        precondition(written == 8)
    }

    /// On the thread that is woken, before it looks at what it was woken for.
    package func clear() {
        var count: UInt64 = 0
        _ = read(eventfd.raw, &count, 8)
    }
}
