import Synchronization

/// The time that all version 7 ids and all order versions of the process share, so that no two of them are equal or out
/// of order.
///
/// It counts in 1/4096 of a millisecond (RFC 9562, section 6.2, method 3) and moves on by at least one unit an id:
/// where ids are asked for faster than that, or the wall clock steps back, it runs ahead of the wall clock until that
/// has caught up.
package final class UUIDv7Clock: Sendable {
    /// 48 bits of milliseconds since 1970, then 12 bits of the fraction.
    private let last = Atomic<UInt64>(0)

    package init() {}

    /// The version of a write to an order whose state has the version `base`: above it, and above all versions that
    /// were given before, on any thread, unless `base` is from another process whose clock is ahead.
    package func version(above base: OrderVersion, nanosecondsSince1970 nanoseconds: UInt64) -> OrderVersion {
        max(base.next, OrderVersion(number: advance(toNanosecondsSince1970: nanoseconds) << Self.versionShift))
    }

    /// Sees to it that versions, and those of creations, are above `version` from now on: it moves to the next
    /// millisecond at least, since that is what a creation's version tells of its id. So a clock that was set back over
    /// a restart makes no id or version again, and no order that is created after a reset belongs to it.
    package func raise(above version: OrderVersion) {
        let least = (version.millisecondsSince1970 + 1) << 12 - 1
        var previous = last.load(ordering: .relaxed)
        while previous < least {
            let (exchanged, original) = last.weakCompareExchange(
                expected: previous, desired: least, ordering: .relaxed)
            if exchanged { return }
            previous = original
        }
    }

    /// From 1/4096 of a millisecond to 1/65536.
    private static let versionShift: UInt64 = 4

    /// A value that is greater than all that were returned before, on any thread, and not before the given time.
    func advance(toNanosecondsSince1970 nanoseconds: UInt64) -> UInt64 {
        let (milliseconds, rest) = nanoseconds.quotientAndRemainder(dividingBy: 1_000_000)
        let now = milliseconds << 12 | (rest << 12) / 1_000_000
        var previous = last.load(ordering: .relaxed)
        while true {
            let next = max(now, previous + 1)
            // Relaxed suffices: all changes of one atomic have one order, and no other memory is published by it.
            let (exchanged, original) = last.weakCompareExchange(
                expected: previous, desired: next, ordering: .relaxed)
            if exchanged { return next }
            previous = original
        }
    }
}
