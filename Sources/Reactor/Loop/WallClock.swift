import Glibc

/// Civil time, for ids, jobs and logs; durations are measured with ``Reactor/Deadline``.
package enum WallClock {
    /// Nanoseconds since 1970.
    package static func nanoseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Milliseconds since 1970.
    package static func milliseconds() -> Int64 { Int64(nanoseconds() / 1_000_000) }

    /// UTC, RFC 3339 with milliseconds.
    package static func text(millisecondsSince1970 milliseconds: Int64) -> String {
        var seconds = time_t(milliseconds / 1_000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func padded(_ number: Int, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let date = [(Int(parts.tm_year) + 1900, 4), (Int(parts.tm_mon) + 1, 2), (Int(parts.tm_mday), 2)]
        let clock = [(Int(parts.tm_hour), 2), (Int(parts.tm_min), 2), (Int(parts.tm_sec), 2)]
        return date.map(padded).joined(separator: "-") + "T" + clock.map(padded).joined(separator: ":") + "."
            + padded(Int(milliseconds % 1_000), 3) + "Z"
    }
}
