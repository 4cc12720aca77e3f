import Glibc
package import Reactor
import Synchronization

/// Tells threads to stop that wait for a socket: all of them poll its descriptor along with theirs. Raised once, for
/// good.
package final class StopFlag: Sendable {
    private let isSet = Atomic<Bool>(false)
    /// Never cleared, so it stays readable, for everybody.
    private let mark: WakeUp

    package init() throws(SystemError) { mark = try WakeUp() }

    /// Any thread may do this.
    package func raise() {
        isSet.store(true, ordering: .releasing)
        mark.signal()
    }

    var isRaised: Bool { isSet.load(ordering: .acquiring) }

    /// Sleeps until `deadline`, or until the flag is raised, or until `socket` has something to read; true when raised.
    func wait(until deadline: Deadline, orFor socket: Int32? = nil) -> Bool {
        // poll(2) passes over negative descriptors.
        var watched = [
            pollfd(fd: mark.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: socket ?? -1, events: Int16(POLLIN), revents: 0),
        ]
        while true {
            let left = min(deadline.milliseconds(from: .now()), 3_600_000)
            let ready = poll(&watched, nfds_t(watched.count), Int32(left))
            if isRaised { return true }
            if ready > 0 || deadline <= .now() { return false }
        }
    }
}
