import Orders
import Reactor
import Store

/// Commits and their application. Both are joins: a state is shown only if its version is above that of the one which
/// is shown, and an application ends what is pending up to its version. So they may come in any order, and again.
extension CacheShard {
    mutating func commitCreate(_ id: UUID, order: UnsafeRawBufferPointer, status: ByteRange, now: Deadline) {
        if let slot = openForWrite(id, OrderVersion(ofCreation: id), now: now) {
            table.entries[slot].store(order: order, status: status, newStatus: status.of(order))
            table.entries[slot].isDeleting = false
            closeAfterWrite(slot)
        } else if let slot = find(id, now: now), table.entries[slot].content == .statusOnly {
            // A change of the order was announced first. This is what it changes.
            flights.detach(id)
            let newStatus = table.entries[slot].bytes
            load.bytes -= table.entries[slot].footprintBytes
            table.entries[slot].store(order: order, status: status, newStatus: newStatus)
            load.bytes += table.entries[slot].footprintBytes
        }
    }

    mutating func commitStatus(
        _ id: UUID, _ version: OrderVersion, newStatus: UnsafeRawBufferPointer, base: OrderBase?, now: Deadline
    ) {
        guard let slot = openForWrite(id, version, now: now) else { return }
        setStatus(slot, newStatus, base)
        table.entries[slot].isDeleting = false
        closeAfterWrite(slot)
    }

    mutating func commitDelete(
        _ id: UUID, _ version: OrderVersion, deleting: UnsafeRawBufferPointer, base: OrderBase?, now: Deadline
    ) {
        guard let slot = openForWrite(id, version, now: now) else { return }
        setStatus(slot, deleting, base)
        table.entries[slot].isDeleting = true
        closeAfterWrite(slot)
    }

    mutating func beginChange(_ id: UUID, above version: OrderVersion?, now: Deadline) -> Bool {
        if let version {
            if changes.contains(id) { return false }
            if let slot = find(id, now: now), table.entries[slot].version != version { return false }
        }
        changes.begin(id)
        return true
    }

    mutating func settled(_ write: SettledWrite, now: Deadline) {
        guard let slot = find(write.orderID, now: now) else { return leaveToDatabase(write) }
        let entry = table.entries[slot]
        guard entry.version <= write.version else { return }
        let isTrue = entry.version == write.version && write.isShown && entry.content == .order && !entry.isDeleting
        guard entry.isPending else {
            // A write that was not announced by a commit, such as a dead letter replayed by another process: what was
            // read before is not the truth any more.
            if !isTrue {
                drop(slot)
                leaveToDatabase(write)
            }
            return
        }
        load.bytes -= entry.footprintBytes
        load.orders -= 1
        if isTrue && limits.temporaryTTLSeconds > 0 {
            table.entries[slot].isPending = false
            makeEvictable(slot, expiry: now.advanced(bySeconds: limits.temporaryTTLSeconds))
        } else {
            table.remove(slot)
            leaveToDatabase(write)
        }
    }

    /// The database is the truth from here on. A read of it that began earlier may not have seen this write: nobody
    /// else may join it, and it isn't kept.
    private mutating func leaveToDatabase(_ write: SettledWrite) {
        newestForgotten = max(newestForgotten, write.version)
        flights.detach(write.orderID)
    }

    /// The entry to write to, off the accounts until ``closeAfterWrite(_:)``; vacant when there was none. nil when a
    /// newer state is shown, and when the order was deleted with all others: the write will have no effect.
    private mutating func openForWrite(_ id: UUID, _ version: OrderVersion, now: Deadline) -> Int? {
        let created = OrderVersion(ofCreation: id)
        if created > .none, created <= reset { return nil }
        let slot: Int
        if let found = find(id, now: now) {
            guard table.entries[found].version < version else { return nil }
            if table.entries[found].isPending {
                load.bytes -= table.entries[found].footprintBytes
                load.orders -= 1
            } else {
                makeUnevictable(found)
            }
            slot = found
        } else {
            slot = table.insert(id)
        }
        // A read under way may return what was true before this write.
        flights.detach(id)
        table.entries[slot].version = version
        return slot
    }

    private mutating func closeAfterWrite(_ slot: Int) {
        table.entries[slot].isPending = true
        load.orders += 1
        load.bytes += table.entries[slot].footprintBytes
    }

    private mutating func setStatus(_ slot: Int, _ newStatus: UnsafeRawBufferPointer, _ base: OrderBase?) {
        switch table.entries[slot].content {
        case .order, .statusOnly:
            table.entries[slot].splice(newStatus)
        case .vacant:
            if let base, isNewest(table.entries[slot]) {
                table.entries[slot].store(order: base.order, status: base.status, newStatus: newStatus)
            } else {
                table.entries[slot].store(statusOnly: newStatus)
            }
        }
    }

    /// Whether the write to an order that had no entry is certainly newer than what the database has. Otherwise that is
    /// asked: else an update that crosses a delete, or a newer update, would show an older state again.
    private func isNewest(_ entry: CacheEntry) -> Bool {
        // An id that tells no time doesn't tell either whether its order was deleted with all others.
        entry.version > newestForgotten && (reset == .none || OrderVersion(ofCreation: entry.id) > reset)
    }
}
