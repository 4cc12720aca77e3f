import Glibc

/// Civil time, for ids, jobs and logs; durations are measured with ``Reactor/Deadline``.
enum WallClock {
    /// Since 1970.
    static func nanoseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
