import Glibc

/// A point on the monotonic clock, in nanoseconds; it can't be mixed with wall time.
package struct Deadline: Comparable, Hashable, Sendable {
    package var nanoseconds: UInt64

    package init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    package static let never = Deadline(nanoseconds: .max)

    /// Reads the clock. On an event loop use the loop's cached `now` instead.
    package static func now() -> Deadline {
        var time = Glibc.timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Deadline(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
    }

    package func advanced(byMilliseconds milliseconds: Int) -> Deadline {
        guard self != .never else { return .never }
        return Deadline(nanoseconds: nanoseconds + UInt64(max(0, milliseconds)) * 1_000_000)
    }

    /// Whole milliseconds from `now` to this point, rounded up so that a wait never ends early; 0 when it has passed.
    package func milliseconds(from now: Deadline) -> Int {
        guard self > now else { return 0 }
        // Rounded up without an addition that could overflow; the guard leaves at least 1 to subtract from.
        return Int((nanoseconds - now.nanoseconds - 1) / 1_000_000) + 1
    }

    /// Blocks the thread until then.
    package func sleep() {
        var until = timespec
        while clock_nanosleep(CLOCK_MONOTONIC, CInt(TIMER_ABSTIME), &until, nil) == EINTR {}
    }

    var timespec: timespec {
        Glibc.timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
    }

    // Written out, all of them, and inlinable: other modules would compare through the witnesses of Comparable
    // otherwise, in every sweep of the cache.
    @inlinable package static func == (left: Deadline, right: Deadline) -> Bool {
        left.nanoseconds == right.nanoseconds
    }
    @inlinable package static func < (left: Deadline, right: Deadline) -> Bool { left.nanoseconds < right.nanoseconds }
    @inlinable package static func <= (left: Deadline, right: Deadline) -> Bool {
        left.nanoseconds <= right.nanoseconds
    }
    @inlinable package static func > (left: Deadline, right: Deadline) -> Bool { left.nanoseconds > right.nanoseconds }
    @inlinable package static func >= (left: Deadline, right: Deadline) -> Bool {
        left.nanoseconds >= right.nanoseconds
    }
}
