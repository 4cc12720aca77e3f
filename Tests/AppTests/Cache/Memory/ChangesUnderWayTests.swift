import Testing

@testable import Cache

@Suite struct ChangesUnderWayTests {
    @Test("An order is under change from the first begin to the last end")
    func counting() {
        var changes = ChangesUnderWay()
        let (id, other) = (orderID(1), orderID(2))
        #expect(!changes.contains(id))
        changes.begin(id)
        changes.begin(id)
        #expect(changes.contains(id))
        #expect(!changes.contains(other))
        changes.end(id)
        #expect(changes.contains(id))
        changes.end(id)
        #expect(!changes.contains(id))
    }

    @Test("The end of a change that did not begin here ends no other one")
    func unknown() {
        var changes = ChangesUnderWay()
        let (id, other) = (orderID(1), orderID(2))
        changes.end(id)
        changes.begin(id)
        #expect(changes.contains(id))
        changes.end(other)
        #expect(changes.contains(id))
    }
}

@Suite("MemoryCache: changes that expect a version")
struct ExpectedVersionTests {
    private let id = orderID(1)

    private func begin(_ cache: CacheHarness, above number: Int?) -> Bool {
        cache.cache.begin(id, above: number.map { version($0) }, now: cache.now)
    }

    @Test("A change begins when the order has the version that it expects, and not when it has another one")
    func expected() {
        let cache = CacheHarness()
        cache.create(id)
        cache.update(id, 2, to: "paid")
        #expect(!begin(cache, above: 0))
        #expect(!begin(cache, above: 1))
        #expect(!begin(cache, above: 3))
        #expect(begin(cache, above: 2))
    }

    @Test("It counts what the order has now, whether that is pending, applied or read")
    func states() {
        var cache = CacheHarness()
        _ = cache.readThrough(id, database: SampleOrder(), 1)
        #expect(!begin(cache, above: 0))
        cache.update(id, 2, to: "paid")
        #expect(!begin(cache, above: 1))
        cache.applied(id, 2)
        #expect(!begin(cache, above: 1))
        #expect(begin(cache, above: 2))
    }

    @Test("While another change is under way nobody knows the next version, until it ends")
    func underWay() {
        let cache = CacheHarness()
        cache.create(id)
        #expect(begin(cache, above: nil))
        #expect(!begin(cache, above: 0))
        #expect(begin(cache, above: nil), "who expects nothing may always change it")
        cache.cache.end(id)
        #expect(!begin(cache, above: 0), "one of two is still under way")
        cache.cache.end(id)
        #expect(begin(cache, above: 0), "both were refused")
        #expect(!begin(cache, above: 0), "of two that expect the same only one begins")
        cache.update(id, 1, to: "paid")
        cache.cache.end(id)
        #expect(!begin(cache, above: 0))
        #expect(begin(cache, above: 1))
    }

    @Test("A change that was not allowed to begin is not under way")
    func refused() {
        let cache = CacheHarness()
        cache.create(id)
        #expect(!begin(cache, above: 1))
        #expect(begin(cache, above: 0))
    }

    @Test("An order without an entry is taken at its reader's word, and so is one whose entry has expired")
    func unknown() {
        var cache = CacheHarness()
        #expect(begin(cache, above: 5))
        cache.cache.end(id)
        cache.create(id)
        cache.applied(id, 0)
        #expect(!begin(cache, above: 5))
        cache.seconds += 60
        #expect(begin(cache, above: 5))
        cache.cache.end(id)
        #expect(cache.cache.statistics() == CacheStatistics())
    }

    @Test("Changes of other orders don't matter, nor does a reset end those under way")
    func others() {
        let cache = CacheHarness()
        cache.create(id)
        #expect(cache.cache.begin(orderID(2), above: nil, now: cache.now))
        #expect(begin(cache, above: 0))
        cache.cache.forgetOrders(upTo: version(9))
        #expect(!begin(cache, above: 0))
        cache.cache.end(id)
        #expect(begin(cache, above: 0))
    }

    @Test("Without a cache every change may begin")
    func disabled() {
        let cache = CacheHarness(CacheLimits(isDisabled: true))
        for _ in 0..<2 { #expect(begin(cache, above: 1)) }
        cache.cache.end(id)
    }
}
