import Glibc
import Reactor
import Synchronization

/// The handle by which any thread can break a connection that another thread is stuck in: its socket is shut down, so
/// that every call on it fails at once. The connection's own thread closes it then.
package final class AMQPBreaker: Sendable {
    /// nil once the connection has closed it: the number may be somebody else's from then on.
    private let socket = Mutex<Int32?>(nil)
    /// When the call under way has lasted too long, on the monotonic clock; `.max` while there is none.
    private let deadline = Atomic<UInt64>(.max)
    private let fired = Atomic<Bool>(false)

    /// Shuts the socket down, so that every call on it fails. Any thread may do that at any time.
    func breakConnection() {
        socket.withLock { socket in
            if let socket { _ = shutdown(socket, Int32(SHUT_RDWR)) }
        }
    }

    /// A call ran out of its time, and the connection was broken for it.
    var hasFired: Bool { fired.load(ordering: .relaxed) }

    // MARK: The connection's thread

    func attach(_ descriptor: Int32) { socket.withLock { $0 = descriptor } }

    /// Makes ``breakConnection()`` do nothing. To be called before the descriptor is closed.
    func detach() { socket.withLock { $0 = nil } }

    /// Starts a call that may take so long.
    func arm(milliseconds: Int) {
        deadline.store(Deadline.now().advanced(byMilliseconds: milliseconds).nanoseconds, ordering: .relaxed)
    }

    func disarm() { deadline.store(.max, ordering: .relaxed) }

    // MARK: The watchdog's thread

    func check(now: Deadline) {
        let limit = deadline.load(ordering: .relaxed)
        guard limit <= now.nanoseconds else { return }
        // The call may have ended just now and another one begun, which must not be broken for it.
        guard deadline.compareExchange(expected: limit, desired: .max, ordering: .relaxed).exchanged else { return }
        fired.store(true, ordering: .relaxed)
        breakConnection()
    }
}
