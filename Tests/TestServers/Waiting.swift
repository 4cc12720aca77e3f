import Glibc

/// A point in monotonic time.
package struct Timeout {
    private let end: Double

    package init(seconds: Double) { end = Self.now() + seconds }

    package var hasPassed: Bool { Self.now() >= end }

    /// Seconds since some fixed point.
    package static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// Asks again and again until `condition` holds; false when it still doesn't after `seconds`.
///
/// The pause between two questions only spares the processor: nothing depends on its length.
package func eventually(within seconds: Double = 20, _ condition: () throws -> Bool) rethrows -> Bool {
    let deadline = Timeout(seconds: seconds)
    while true {
        if try condition() { return true }
        if deadline.hasPassed { return false }
        usleep(2_000)
    }
}
