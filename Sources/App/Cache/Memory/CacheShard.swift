import Orders
import Reactor

/// One of the cache's parts, all of it behind one lock: the entries, the reads under way, the accounts.
///
/// Invariant that the rest relies on: **while a flight is attached to an id, that id has no `order` entry**. A flight
/// starts only where there is none; each commit detaches the flight before it makes one; a completed flight is gone.
struct CacheShard: ~Copyable, Sendable {
    /// What a flight began with; see `CacheShard+reads.swift`.
    struct FlightContext: Sendable {
        /// The status that a pending write gave to an order which the cache has not seen; empty when there is none.
        var overlay: [UInt8] = []
        /// Of that write.
        var version = OrderVersion.none
        var isDeleting = false
    }

    /// Orders with a pending write, and the memory of their entries.
    struct Load: Equatable, Sendable {
        var orders = 0
        var bytes = 0
    }

    let limits: CacheLimits
    /// This shard's part of ``CacheLimits/maxBytes``.
    let maxBytes: Int
    var table: EntryTable
    var ages = AgeList()
    var flights: FlightTable<UUID, FlightContext>
    var load = Load()
    var changes = ChangesUnderWay()
    var evictableBytes = 0
    /// The newest version of a state that was here, or was read or settled, and is not kept. Of an order without an
    /// entry the database may have a state of any version up to this one.
    var newestForgotten = OrderVersion.none
    /// Orders that were created up to this version are gone, since all were deleted.
    var reset = OrderVersion.none
    var random: SplitMix

    init(number: Int, of shards: Int, limits: CacheLimits, hash: CacheHash, randomSeed: UInt64) {
        self.limits = limits
        maxBytes = limits.maxBytes / shards
        table = EntryTable(hash: hash)
        flights = FlightTable(shard: number)
        random = SplitMix(state: randomSeed &+ UInt64(number))
    }

    /// The entry of `id`, unless it has expired: then it is dropped here.
    mutating func find(_ id: UUID, now: Deadline) -> Int? {
        guard let slot = table.find(id) else { return nil }
        guard !table.entries[slot].isPending, table.entries[slot].expiry <= now else { return slot }
        drop(slot)
        return nil
    }

    /// From now on `slot`, which has nothing pending, may be dropped: at `expiry`, or earlier to make room.
    mutating func makeEvictable(_ slot: Int, expiry: Deadline) {
        table.entries[slot].expiry = expiry
        evictableBytes += table.entries[slot].footprintBytes
        ages.append(slot, in: &table)
        // What a backlog has taken away is given up little by little, twice what comes in, and not thousands of entries
        // under one lock for which an event loop may wait.
        let enough = max(evictableRoom, evictableBytes - 2 * table.entries[slot].footprintBytes)
        while evictableBytes > enough, ages.oldest != EntryTable.none { drop(Int(ages.oldest)) }
    }

    /// So a backlog that comes and goes leaves the memory of the process as it is. Writes themselves don't look at it:
    /// who takes an order need not wait for others to be dropped, and each is looked at again when it has been applied.
    private var evictableRoom: Int { max(maxBytes - load.bytes, maxBytes / 4) }

    /// Takes `slot` out of what may be dropped.
    mutating func makeUnevictable(_ slot: Int) {
        ages.remove(slot, in: &table)
        evictableBytes -= table.entries[slot].footprintBytes
    }

    /// Removes an entry with nothing pending. The database has what it said.
    mutating func drop(_ slot: Int) {
        precondition(!table.entries[slot].isPending, "a pending write was about to be dropped")
        makeUnevictable(slot)
        newestForgotten = max(newestForgotten, table.entries[slot].version)
        table.remove(slot)
    }

    /// Looks at no more than `budget` entries that may be dropped, and drops the expired ones.
    mutating func sweep(now: Deadline, budget: Int) {
        for _ in 0..<min(budget, ages.count) {
            guard let slot = ages.advanceClockHand(in: table) else { return }
            if table.entries[slot].expiry <= now { drop(slot) }
        }
    }

    /// Gives memory back when seven eighths of it are unused; false when there was no reason to.
    mutating func compact() -> Bool {
        let capacity = table.capacity
        guard capacity > EntryTable.minimumCapacity, table.count < capacity / 8 else { return false }
        var fresh = EntryTable(hash: table.hash, capacity: table.count * 2)
        var freshAges = AgeList()
        var slot = ages.oldest
        while slot != EntryTable.none {
            freshAges.append(fresh.adopt(table.entries[Int(slot)]), in: &fresh)
            slot = table.entries[Int(slot)].newer
        }
        for entry in table.entries where entry.isPending { _ = fresh.adopt(entry) }
        precondition(fresh.count == table.count)
        table.abandon()
        table = fresh
        ages = freshAges
        return true
    }

    /// All orders were deleted that were created up to `version`: forgets them, and all that was read. What is pending
    /// of an order whose id doesn't tell its time keeps its status, and the database decides.
    mutating func forgetOrders(upTo version: OrderVersion) {
        // What is being read now may be gone already, and so may what a change under way was told it changes.
        flights.detachAll()
        reset = max(reset, version)
        while ages.oldest != EntryTable.none { drop(Int(ages.oldest)) }
        for slot in table.entries.indices where table.entries[slot].isPending {
            let created = OrderVersion(ofCreation: table.entries[slot].id)
            if created > version { continue }
            load.bytes -= table.entries[slot].footprintBytes
            if created == .none {
                table.entries[slot].forgetOrder()
                load.bytes += table.entries[slot].footprintBytes
            } else {
                load.orders -= 1
                table.remove(slot)
            }
        }
    }
}
