import Glibc

/// A point in monotonic time.
struct Deadline {
    private let end: Double

    init(seconds: Double) { end = Self.now() + seconds }

    var hasPassed: Bool { Self.now() >= end }

    /// Seconds since some fixed point.
    static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// Asks again and again until `condition` holds; false when it still doesn't after `seconds`.
///
/// The pause between two questions only spares the processor: nothing depends on its length.
func eventually(within seconds: Double = 20, _ condition: () throws -> Bool) rethrows -> Bool {
    let deadline = Deadline(seconds: seconds)
    while true {
        if try condition() { return true }
        if deadline.hasPassed { return false }
        usleep(2_000)
    }
}
