import Orders
import Reactor

/// The pages of one version of the list, bounded in number and in bytes.
///
/// Which page makes room for another: a clock hand goes round the slots and takes the first page that nobody was given
/// since it last came by (second chance). So a flood of pages that are asked for once goes through without taking away
/// what is asked for now and then: before the clock hand comes by again all slots must have been filled anew, each by a
/// read of the database.
struct ListPages: ~Copyable, Sendable {
    private struct Page: Sendable {
        var query: ListQuery
        var body: [UInt8]
        var expiry: Deadline
        /// Given to somebody since the clock hand last came by.
        var isUsed: Bool

        var footprintBytes: Int { body.count + query.footprintBytes + MemoryLayout<Page>.stride }
    }

    private let maxPages: Int
    private let maxBytes: Int
    private var version: UInt64 = 0
    private var slots: [Page?] = []
    /// Swift's own hash: keyed afresh in each process, so chosen queries can't pile up.
    private var index: [ListQuery: Int] = [:]
    /// Below `slots.count`, or 0.
    private var clockHand = 0
    private(set) var byteCount = 0

    init(maxPages: Int, maxBytes: Int) {
        self.maxPages = maxPages
        self.maxBytes = maxBytes
    }

    var count: Int { index.count }

    /// The page of `query` when it is of `version` and not expired.
    mutating func page(_ query: ListQuery, version: UInt64, now: Deadline) -> [UInt8]? {
        guard version == self.version, let slot = index[query], let page = slots[slot], page.expiry > now else {
            return nil
        }
        slots[slot]?.isUsed = true
        return page.body
    }

    /// Keeps a page, unless it is too large for that. `version` is the current one: pages of another are dropped.
    mutating func keep(_ body: [UInt8], of query: ListQuery, version: UInt64, expiry: Deadline, now: Deadline) {
        if version != self.version { removeAll(version) }
        if let slot = index[query] { remove(slot) }
        let page = Page(query: query, body: body, expiry: expiry, isUsed: false)
        guard page.footprintBytes <= maxBytes else { return }
        var vacant = slots.count < maxPages ? slots.count : nil
        // Ends: one turn takes all marks away, the next one empties all slots.
        while vacant == nil || byteCount + page.footprintBytes > maxBytes {
            vacant = advanceClockHand(now) ?? vacant
        }
        guard let vacant else { return }
        if vacant == slots.count { slots.append(page) } else { slots[vacant] = page }
        index[query] = vacant
        byteCount += page.footprintBytes
    }

    /// Moves the clock hand on by one slot; returns that slot when it is empty, now or before.
    private mutating func advanceClockHand(_ now: Deadline) -> Int? {
        let slot = clockHand
        clockHand = slot + 1 < slots.count ? slot + 1 : 0
        guard let page = slots[slot] else { return slot }
        if page.isUsed && page.expiry > now {
            slots[slot]?.isUsed = false
            return nil
        }
        remove(slot)
        return slot
    }

    private mutating func remove(_ slot: Int) {
        guard let page = slots[slot] else { return }
        index[page.query] = nil
        byteCount -= page.footprintBytes
        slots[slot] = nil
    }

    private mutating func removeAll(_ version: UInt64) {
        self.version = version
        slots.removeAll(keepingCapacity: true)
        index.removeAll(keepingCapacity: true)
        clockHand = 0
        byteCount = 0
    }
}
