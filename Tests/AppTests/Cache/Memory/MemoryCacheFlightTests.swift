import Reactor
import Testing

@testable import Cache
@testable import Orders
@testable import Queue

@Suite("MemoryCache: single flight")
struct MemoryCacheFlightTests {
    let id = orderID(1)

    @Test("However many ask, one reads, and all are answered")
    func sharing() {
        var cache = CacheHarness()
        let flight = cache.start(id, ticket: 1)!
        for ticket in UInt64(2)...500 { #expect(cache.join(id, ticket: ticket) == .joined) }
        #expect(cache.start(orderID(2)) != nil, "another order has its own flight")
        #expect(cache.complete(flight, SampleOrder()) == .order(SampleOrder().text))
        #expect(cache.waiters.map(\.ticket) == Array(1...500))
        #expect(cache.join(id) == .order(SampleOrder().text))
    }

    @Test("Misses that find nothing share one query, and nothing is kept of it")
    func notFound() {
        var cache = CacheHarness()
        let flight = cache.start(id, ticket: 1)!
        #expect(cache.join(id, ticket: 2) == .joined)
        #expect(cache.complete(flight, nil) == .notFound)
        #expect(cache.waiters.count == 2)
        #expect(cache.cache.statistics() == CacheStatistics())
        #expect(cache.start(id) != nil)
    }

    @Test("A failed read answers all who wait, and the next one starts anew")
    func failed() {
        var cache = CacheHarness()
        let flight = cache.start(id, ticket: 1)!
        #expect(cache.join(id, ticket: 2) == .joined)
        #expect(cache.complete(flight, .failed).shown == .failed)
        #expect(cache.waiters.count == 2)
        #expect(cache.start(id) != nil)
    }

    enum Write: CaseIterable {
        case create, update, delete
    }

    @Test("A read that a write overtook answers those who asked before, and is not kept", arguments: Write.allCases)
    func stale(write: Write) {
        var cache = CacheHarness()
        let flight = cache.start(id, ticket: 1)!
        switch write {
        case .create: cache.create(id)
        case .update: cache.update(id, 1, to: "paid")
        case .delete: cache.delete(id, 1)
        }
        let shown = cache.read(id)
        #expect(cache.complete(flight, SampleOrder(status: "old")) == .order(SampleOrder(status: "old").text))
        #expect(cache.waiters == [Waiter(loop: 0, ticket: 1)])
        #expect(cache.read(id) == shown)
    }

    @Test("Who asks after a write never joins a read that began before it, even when the write's entry is gone")
    func neverOlderThanAsked() {
        var cache = CacheHarness(CacheLimits(temporaryTTLSeconds: 0))
        let old = cache.start(id, ticket: 1)!
        cache.create(id, SampleOrder(status: "new"))
        cache.applied(id, 0)
        let new = cache.start(id, ticket: 2)
        #expect(new != nil)
        // The old read comes back last: it must not end the new flight, nor put its order in.
        #expect(cache.join(id, ticket: 3) == .joined)
        #expect(cache.complete(old, nil) == .notFound)
        #expect(cache.waiters.map(\.ticket) == [1])
        #expect(cache.complete(new!, SampleOrder(status: "new")) == .order(SampleOrder(status: "new").text))
        #expect(cache.waiters.map(\.ticket) == [2, 3])
        #expect(cache.read(id) == .order(SampleOrder(status: "new").text))
    }

    @Test("A read order stays for ORDERS_CACHE_TTL, give or take a tenth")
    func jitter() {
        var cache = CacheHarness(CacheLimits(detailTTLSeconds: 100))
        let ids = (0..<300).map { orderID($0) }
        for id in ids { _ = cache.readThrough(id, database: SampleOrder()) }
        let start = cache.seconds
        func alive(after seconds: Int) -> Int {
            cache.seconds = start + seconds
            return ids.count { cache.read($0) != .nothing }
        }
        #expect(alive(after: 89) == 300)
        #expect((50...250).contains(alive(after: 100)))
        #expect(alive(after: 110) == 0)
    }
}
