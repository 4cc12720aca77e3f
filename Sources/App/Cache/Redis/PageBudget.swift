import Reactor

/// How many bytes of list pages a process puts into Redis while one of them lives.
///
/// Redis holds them for ORDERS_CACHE_TTL each, and nobody there takes the oldest away: without a bound a client that
/// asks for one cursor after another would fill it, and Redis holds the orders that wait. Beyond the bound pages are
/// read, shared by those who wait, and not kept. So of one process there are at most twice `maxBytes` in Redis.
struct PageBudget {
    private let maxBytes: Int
    private let windowSeconds: Int
    private var windowEnd = Deadline(nanoseconds: 0)
    private var spentBytes = 0

    init(maxBytes: Int, windowSeconds: Int) {
        self.maxBytes = maxBytes
        self.windowSeconds = windowSeconds
    }

    /// Whether a page of this size may be put there now; counts it then.
    mutating func take(_ bytes: Int, now: Deadline) -> Bool {
        if now >= windowEnd {
            windowEnd = now.advanced(bySeconds: windowSeconds)
            spentBytes = 0
        }
        guard bytes <= maxBytes - spentBytes else { return false }
        spentBytes += bytes
        return true
    }
}
