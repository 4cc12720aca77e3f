import Reactor
import Testing

@testable import Cache
@testable import Orders
@testable import Store

@Suite("MemoryCache: bounds")
struct MemoryCacheBoundTests {
    /// Ids of one shard, whose part of the memory can then be reasoned about.
    private func idsOfOneShard(_ count: Int, _ cache: MemoryCache) -> [UUID] {
        Array((0...).lazy.map { orderID($0) }.filter { cache.shard(of: $0) == 5 }.prefix(count))
    }

    /// Room for `entries` sample orders in each shard.
    private func limits(entries: Int) -> CacheLimits {
        var entry = CacheEntry(id: orderID(0))
        SampleOrder().withBytes { entry.store(statusOnly: $0) }
        defer { entry.freeBlock() }
        return CacheLimits(maxBytes: entry.footprintBytes * entries * MemoryCache.Shards.count)
    }

    @Test("The oldest of the applied and read entries make room for the newer ones")
    func eviction() {
        var cache = CacheHarness(limits(entries: 4))
        let ids = idsOfOneShard(6, cache.cache)
        cache.create(ids[0])
        cache.applied(ids[0], 0)
        _ = cache.readThrough(ids[1], database: SampleOrder())
        cache.create(ids[2])
        cache.applied(ids[2], 0)
        _ = cache.readThrough(ids[3], database: SampleOrder())
        for id in ids[..<4] { #expect(cache.read(id) != .nothing) }
        // A write makes an old entry young again.
        cache.update(ids[0], 1, to: "received")
        cache.applied(ids[0], 1)
        _ = cache.readThrough(ids[4], database: SampleOrder())
        _ = cache.readThrough(ids[5], database: SampleOrder())
        #expect(ids.map { cache.read($0) != .nothing } == [true, false, false, true, true, true])
        #expect(cache.cache.statistics().evictableBytes <= limits(entries: 4).maxBytes)
    }

    @Test("A pending entry is never dropped: not by age, not by sweeping, not to make room")
    func pendingStays() {
        var cache = CacheHarness(limits(entries: 2))
        let ids = idsOfOneShard(300, cache.cache)
        for id in ids[..<100] { cache.create(id) }
        for id in ids[100...] { _ = cache.readThrough(id, database: SampleOrder()) }
        cache.seconds += 1_000_000
        cache.cache.sweep(now: cache.now, budget: 1_000_000)
        for id in ids[100...] { _ = cache.readThrough(id, database: SampleOrder()) }
        for id in ids[..<100] { #expect(cache.read(id) == .order(SampleOrder().text)) }
        #expect(cache.cache.pendingCount == 100)
    }

    @Test("What may be dropped makes room for what is pending, down to a quarter, and has it back later")
    func pendingTakesRoom() {
        var cache = CacheHarness(limits(entries: 8))
        let ids = idsOfOneShard(40, cache.cache)
        func kept() -> Int { ids[..<20].count { cache.read($0) != .nothing } }
        for id in ids[..<20] { _ = cache.readThrough(id, database: SampleOrder()) }
        #expect(kept() == 8)
        for id in ids[20..<25] { cache.create(id) }
        #expect(kept() == 8, "a write drops nothing")
        // Two for each that comes in, until there are as many as there is room for.
        let seen = ids[..<6].map { id in
            _ = cache.readThrough(id, database: SampleOrder())
            return kept()
        }
        #expect(seen == [7, 6, 5, 4, 3, 3])
        for id in ids[25...] { cache.create(id) }
        for id in ids[6..<10] { _ = cache.readThrough(id, database: SampleOrder()) }
        #expect(kept() == 2)
        for id in ids[20...] {
            cache.applied(id, 0)
            #expect(cache.read(id) == .order(SampleOrder().text))
        }
        #expect(ids.count { cache.read($0) != .nothing } == 8)
    }

    @Test("With no room at all every applied entry goes at once")
    func noRoom() {
        let cache = CacheHarness(CacheLimits(maxBytes: 0))
        cache.create(orderID(1))
        #expect(cache.read(orderID(1)) == .order(SampleOrder().text))
        cache.applied(orderID(1), 0)
        #expect(cache.cache.statistics() == CacheStatistics())
    }

    @Test("Sweeping drops what expired, looks at no more than its budget, and gets round to everything")
    func sweep() {
        var cache = CacheHarness()
        let ids = idsOfOneShard(100, cache.cache)
        for id in ids[..<50] {
            cache.create(id)
            cache.applied(id, 0)
        }
        cache.seconds += 30
        for id in ids[50...] {
            cache.create(id)
            cache.applied(id, 0)
        }
        cache.cache.sweep(now: cache.now, budget: 10 * MemoryCache.Shards.count)
        #expect(cache.cache.statistics().entries == 100)
        cache.seconds += 30
        var entries = [Int]()
        for _ in 0..<12 {
            cache.cache.sweep(now: cache.now, budget: 10 * MemoryCache.Shards.count)
            entries.append(cache.cache.statistics().entries)
        }
        #expect(zip([100] + entries, entries).allSatisfy { $0 - $1 <= 10 })
        #expect(entries.last == 50)
        for id in ids[50...] { #expect(cache.read(id) != .nothing) }
    }

    @Test("A sweep goes on behind an entry that was written while it paused there")
    func sweepBesideWrites() {
        var cache = CacheHarness()
        let ids = idsOfOneShard(20, cache.cache)
        for id in ids {
            cache.create(id)
            cache.applied(id, 0)
        }
        cache.cache.sweep(now: cache.now, budget: 5 * MemoryCache.Shards.count)
        cache.update(ids[5], 1, to: "paid")
        cache.seconds += 60
        cache.cache.sweep(now: cache.now, budget: 5 * MemoryCache.Shards.count)
        #expect(cache.cache.statistics().entries == 15)
        #expect(cache.read(ids[5]) == .order(SampleOrder(status: "paid").text))
        cache.cache.sweep(now: cache.now, budget: 20 * MemoryCache.Shards.count)
        #expect(cache.cache.statistics().entries == 1)
    }

    @Test("The accounts return to zero when everything was applied and has expired")
    func accounts() {
        var cache = CacheHarness()
        let ids = (0..<2000).map { orderID($0) }
        for (number, id) in ids.enumerated() {
            cache.create(id, SampleOrder(name: String(repeating: "x", count: number % 60)))
            if number % 3 == 0 { cache.update(id, 1, to: String(repeating: "y", count: number % 17)) }
            if number % 5 == 0 { cache.delete(id, 2) }
        }
        for (number, id) in ids.enumerated() {
            cache.applied(id, 0)
            if number % 3 == 0 { cache.settled(id, upTo: 1, isShown: number % 2 == 0) }
            if number % 5 == 0 { cache.settled(id, upTo: 2) }
        }
        #expect(cache.cache.pendingCount == 0)
        #expect(cache.cache.pendingBytes == 0)
        #expect(cache.cache.statistics().entries > 0)
        cache.seconds += 60
        for _ in 0..<40 { cache.cache.sweep(now: cache.now, budget: 10_000) }
        #expect(cache.cache.statistics() == CacheStatistics())
    }

    @Test("Tables give memory back when mostly empty, and forget nothing over it")
    func compaction() {
        var shard = CacheShard(
            number: 0, of: 1, limits: CacheLimits(), hash: CacheHash(randomSeed: 1), randomSeed: 1)
        let now = Deadline(nanoseconds: 1)
        let order = SampleOrder()
        func ended(_ number: Int, _ isShown: Bool) -> SettledWrite {
            SettledWrite(orderID: orderID(number), version: version(0), isShown: isShown)
        }
        for number in 0..<4096 {
            order.withBytes { shard.commitCreate(orderID(number), order: $0, status: order.status, now: now) }
        }
        for number in 0..<4096 where number % 16 != 0 {
            shard.settled(ended(number, number % 32 == 1), now: now)
        }
        let bytes = shard.evictableBytes
        let capacities = [shard.table.capacity, shard.compact() ? shard.table.capacity : 0]
        #expect(capacities == [4096, 1024])
        let again = shard.compact()
        #expect(!again)
        var buffer = ByteBuffer()
        for number in 0..<4096 {
            let isKept = number % 16 == 0 || number % 32 == 1
            let found = shard.lookup(orderID(number), now: now, into: &buffer)
            #expect((found != .miss) == isKept)
        }
        let bytesAfter = shard.evictableBytes
        #expect(bytesAfter == bytes)
        for number in 0..<4096 where number % 16 == 0 { shard.settled(ended(number, true), now: now) }
        // The evictable ones are still in the order of their age.
        let sixty = now.advanced(bySeconds: 60)
        shard.sweep(now: sixty, budget: 128)
        let left = (0..<4096).count { number in number % 32 == 1 && shard.table.find(orderID(number)) != nil }
        #expect(left == 0)
        shard.sweep(now: sixty, budget: 4096)
        let (entries, evictableBytes, load) = (shard.table.count, shard.evictableBytes, shard.load)
        #expect(entries == 0)
        #expect(evictableBytes == 0)
        #expect(load == CacheShard.Load())
    }

    @Test("Ids that differ in few bits, or end alike, spread over shards and buckets")
    func spreading() {
        let hash = CacheHash(randomSeed: 3)
        let families: [(Int) -> UUID] = [
            { UUID(high: UInt64($0), low: 0) },
            { UUID(high: UInt64($0) << 48, low: 0x8000_0242_ac11_0002) },
            { UUID(high: 0, low: UInt64($0) << 40) },
            { UUID(high: UInt64($0), low: UInt64($0)) },
        ]
        for family in families {
            var buckets = [Int](repeating: 0, count: 1024)
            for number in 0..<4096 { buckets[Int(hash(family(number)) & 1023)] += 1 }
            #expect(buckets.max()! < 24)
        }
    }
}
