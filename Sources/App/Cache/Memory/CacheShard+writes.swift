import Orders
import Reactor
import Store

/// Commits and their application. Commits of one id arrive in commit order, from one thread.
extension CacheShard {
    mutating func commitCreate(_ id: UUID, order: UnsafeRawBufferPointer, status: ByteRange, now: Deadline) {
        let slot = openForWrite(id, now: now)
        table.entries[slot].store(order: order, status: status, newStatus: status.of(order))
        table.entries[slot].isDeleting = false
        table.entries[slot].isNew = true
        closeAfterWrite(slot)
    }

    mutating func commitStatus(_ id: UUID, newStatus: UnsafeRawBufferPointer, base: OrderBase?, now: Deadline) {
        let slot = openForWrite(id, now: now)
        // An update behind a delete will find nothing to update: what the order shows stays as it is.
        if !table.entries[slot].isDeleting { setStatus(slot, newStatus, base) }
        closeAfterWrite(slot)
    }

    mutating func commitDelete(_ id: UUID, deleting: UnsafeRawBufferPointer, base: OrderBase?, now: Deadline) {
        let slot = openForWrite(id, now: now)
        setStatus(slot, deleting, base)
        table.entries[slot].isDeleting = true
        closeAfterWrite(slot)
    }

    mutating func applied(_ id: UUID, _ outcome: WriteOutcome, now: Deadline) {
        guard let slot = find(id, now: now), table.entries[slot].pending > 0 else { return changedUnannounced(id) }
        if outcome != .applied { table.entries[slot].isDoubtful = true }
        // The first write to an order is the one that creates it, if that was pending at all.
        table.entries[slot].isNew = false
        table.entries[slot].pending -= 1
        load.writes -= 1
        guard table.entries[slot].pending == 0 else { return }

        load.bytes -= table.entries[slot].footprintBytes
        let isGone = table.entries[slot].isDeleting || table.entries[slot].isDoubtful
        if isGone { stamp &+= 1 }
        if isGone || table.entries[slot].content == .statusOnly || limits.temporaryTTLSeconds == 0 {
            // The database is the truth from here on, and a read of it that began earlier may not have seen this
            // write, or may have been told of one that was rejected: nobody else may join it, and it isn't kept.
            flights.detach(id)
            table.remove(slot)
        } else {
            makeEvictable(slot, expiry: now.advanced(bySeconds: limits.temporaryTTLSeconds))
        }
    }

    /// The database changed by a write that was not announced by a commit, such as a dead letter replayed by another
    /// process: what was read before is not the truth any more.
    private mutating func changedUnannounced(_ id: UUID) {
        flights.detach(id)
        stamp &+= 1
        if let slot = table.find(id) { drop(slot) }
    }

    /// The entry to write to, off the accounts until ``closeAfterWrite(_:)``; vacant when there was none.
    private mutating func openForWrite(_ id: UUID, now: Deadline) -> Int {
        // A read under way may return what was true before this write.
        flights.detach(id)
        guard let slot = find(id, now: now) else { return table.insert(id) }
        if table.entries[slot].pending > 0 {
            load.bytes -= table.entries[slot].footprintBytes
        } else {
            makeUnevictable(slot)
        }
        return slot
    }

    private mutating func closeAfterWrite(_ slot: Int) {
        table.entries[slot].pending += 1
        load.writes += 1
        load.bytes += table.entries[slot].footprintBytes
    }

    private mutating func setStatus(_ slot: Int, _ newStatus: UnsafeRawBufferPointer, _ base: OrderBase?) {
        switch table.entries[slot].content {
        case .order, .statusOnly:
            table.entries[slot].splice(newStatus)
        case .vacant:
            if let base, base.stamp == stamp {
                table.entries[slot].store(order: base.order, status: base.status, newStatus: newStatus)
            } else {
                table.entries[slot].store(statusOnly: newStatus)
            }
        }
    }
}
