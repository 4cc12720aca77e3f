package import Orders
package import Reactor
package import Store
import Synchronization

/// Every order that was written lately or read lately: what `temp_order:{id}` and `orders:detail:{id}` are in the
/// cluster.
///
/// Any thread may call anything. No call blocks but for the few hundred nanoseconds of a shard's lock, and none reads a
/// clock. A read allocates nothing, a write at most the order's bytes.
///
/// Each write is announced by `committed` once it is durable and **before a worker can fetch it or a client is told**,
/// and ended by `settled`, after the transaction of the database. What the queue holds at start is announced before the
/// workers begin. Announcements and settlements may come in any order and again, by their versions. Only a creation is
/// announced before anything of its order is applied, and not again afterwards.
///
/// Of an order's pending writes the cache has the newest one alone. So when that is refused while an older one waits,
/// the older one isn't shown until it is applied.
package final class MemoryCache: Sendable {
    typealias Shards = InlineArray<32, Mutex<CacheShard>>

    private let shards: Shards
    private let hash: CacheHash
    private let isDisabled: Bool
    private let pendingOrdersTotal = Atomic<Int>(0)
    private let pendingBytesTotal = Atomic<Int>(0)

    /// `randomSeed` keys the hash of the ids and the jitter; random but in tests.
    package init(limits: CacheLimits, randomSeed: UInt64 = .random(in: .min ... .max)) {
        let hash = CacheHash(randomSeed: randomSeed)
        self.hash = hash
        isDisabled = limits.isDisabled
        shards = InlineArray { number in
            Mutex(CacheShard(number: number, of: Shards.count, limits: limits, hash: hash, randomSeed: randomSeed))
        }
    }

    /// Orders with a write that is committed and not yet applied.
    package var pendingCount: Int { pendingOrdersTotal.load(ordering: .relaxed) }

    /// Memory of the entries that pending writes keep. Not bounded here: the ingest refuses orders by this figure.
    package var pendingBytes: Int { pendingBytesTotal.load(ordering: .relaxed) }

    package func committed(create id: UUID, order: UnsafeRawBufferPointer, status: ByteRange, now: Deadline) {
        write(id) { $0.commitCreate(id, order: order, status: status, now: now) }
    }

    /// `newStatus` is a JSON string with its quotes. `base` is used when the cache has no entry.
    package func committed(
        statusUpdate id: UUID, _ version: OrderVersion, newStatus: UnsafeRawBufferPointer, base: OrderBase?,
        now: Deadline
    ) {
        write(id) { $0.commitStatus(id, version, newStatus: newStatus, base: base, now: now) }
    }

    /// `base` is used when the cache has no entry.
    package func committed(delete id: UUID, _ version: OrderVersion, base: OrderBase?, now: Deadline) {
        let deleting: StaticString = "\"deleting\""
        let status = UnsafeRawBufferPointer(start: deleting.utf8Start, count: deleting.utf8CodeUnitCount)
        write(id) { $0.commitDelete(id, version, deleting: status, base: base, now: now) }
    }

    /// A change of the order is on its way to its commit, until ``end(_:)``.
    ///
    /// - Parameter version: the one that the change expects, if it expects any. False when the order has another one by
    ///   now, or may get one: another change is on its way.
    package func begin(_ id: UUID, above version: OrderVersion?, now: Deadline) -> Bool {
        if isDisabled { return true }
        return shards[shard(of: id)].withLock { $0.beginChange(id, above: version, now: now) }
    }

    /// The change is decided, and announced if it was committed.
    package func end(_ id: UUID) {
        if !isDisabled { shards[shard(of: id)].withLock { $0.changes.end(id) } }
    }

    /// What is pending of the order up to this version has ended. For a write that was not announced: whatever was read
    /// of it is dropped.
    package func settled(_ settled: SettledWrite, now: Deadline) {
        write(settled.orderID) { $0.settled(settled, now: now) }
    }

    /// Appends the order, or nothing but the pending status, to `buffer`. Never starts anything.
    package func lookup(_ id: UUID, now: Deadline, into buffer: inout ByteBuffer) -> LookupResult {
        if isDisabled { return .miss }
        return shards[shard(of: id)].withLock { $0.lookup(id, now: now, into: &buffer) }
    }

    /// Looks again, then makes `waiter` wait for a read of the database: one that is under way, or a new one.
    package func join(_ id: UUID, _ waiter: Waiter, now: Deadline, into buffer: inout ByteBuffer) -> JoinResult {
        shards[shard(of: id)].withLock { shard in
            // Without a cache nobody may be answered from a read that began before the question.
            if isDisabled { return .start(shard.startUnshared(id, waiter)) }
            return shard.join(id, waiter, now: now, into: &buffer)
        }
    }

    /// Ends a flight. Appends who waited to `waiters` and the order that they are to be given to `answer`.
    package func complete(
        _ flight: FlightID, _ result: FlightResult, now: Deadline, waiters: inout [Waiter], answer: inout ByteBuffer
    ) -> FlightAnswer {
        shards[Int(flight.shard)].withLock { shard in
            let before = shard.load
            let told = shard.complete(flight, result, now: now, waiters: &waiters, answer: &answer)
            account(from: before, to: shard.load)
            return told
        }
    }

    /// Drops expired entries and gives unused memory back; looks at no more than `budget` entries, or one a shard.
    package func sweep(now: Deadline, budget: Int) {
        var compacted = false
        for number in 0..<Shards.count {
            shards[number].withLock { shard in
                shard.sweep(now: now, budget: max(1, budget / Shards.count))
                // At most one shard a call is rebuilt: the caller may be an event loop.
                if !compacted { compacted = shard.compact() }
            }
        }
    }

    /// All orders were deleted that were created up to `version`: forgets them, and whatever was read. Reads under way
    /// answer those who wait, and are not kept; nor is what changes under way were told of their order.
    package func forgetOrders(upTo version: OrderVersion) {
        for number in 0..<Shards.count {
            shards[number].withLock { shard in
                let before = shard.load
                shard.forgetOrders(upTo: version)
                account(from: before, to: shard.load)
            }
        }
    }

    func statistics() -> CacheStatistics {
        var sum = CacheStatistics()
        for number in 0..<Shards.count {
            shards[number].withLock { shard in
                sum.entries += shard.table.count
                sum.evictableBytes += shard.evictableBytes
                sum.flights += shard.flights.count
            }
        }
        return sum
    }

    /// By the hash, not by the bits of the id: an id may be anybody's choice.
    func shard(of id: UUID) -> Int {
        Int(hash(id).multipliedFullWidth(by: UInt64(Shards.count)).high)
    }

    private func write(_ id: UUID, _ body: (inout CacheShard) -> Void) {
        if isDisabled { return }
        shards[shard(of: id)].withLock { shard in
            let before = shard.load
            body(&shard)
            account(from: before, to: shard.load)
        }
    }

    /// Called under the shard's lock, so that the sums never go below zero.
    private func account(from before: CacheShard.Load, to after: CacheShard.Load) {
        if before.orders != after.orders {
            pendingOrdersTotal.wrappingAdd(after.orders - before.orders, ordering: .relaxed)
        }
        if before.bytes != after.bytes {
            pendingBytesTotal.wrappingAdd(after.bytes - before.bytes, ordering: .relaxed)
        }
    }
}
