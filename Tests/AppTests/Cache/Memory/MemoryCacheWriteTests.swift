import Reactor
import Testing

@testable import Cache
@testable import Store

@Suite("MemoryCache: writes")
struct MemoryCacheWriteTests {
    let id = orderID(1)

    @Test("A committed create is shown at once, byte for byte")
    func create() {
        let cache = CacheHarness()
        cache.create(id)
        #expect(cache.read(id) == .order(SampleOrder().text))
        #expect(cache.read(orderID(2)) == .nothing)
        #expect(cache.cache.pendingCount == 1)
        #expect(cache.cache.pendingBytes > SampleOrder().text.utf8.count)
    }

    @Test("A status update is spliced into what is there", arguments: ["x", "received", "a much longer status", ""])
    func update(status: String) {
        let cache = CacheHarness()
        cache.create(id)
        cache.update(id, to: status)
        #expect(cache.read(id) == .order(SampleOrder(status: status).text))
        cache.update(id, to: "last")
        #expect(cache.read(id) == .order(SampleOrder(status: "last").text))
        #expect(cache.cache.pendingCount == 3)
    }

    @Test("A status update without an entry is made from the caller's base")
    func updateFromBase() {
        var cache = CacheHarness()
        let flight = cache.start(id)!
        cache.update(orderID(2), to: "other")
        let base = cache.completeWithBase(flight, SampleOrder()).base
        cache.seconds += 100
        #expect(cache.read(id) == .nothing)
        cache.update(id, to: "paid", base: base)
        #expect(cache.read(id) == .order(SampleOrder(status: "paid").text))
    }

    @Test("A status update without entry and base is laid over what the database has, whenever it was read")
    func overlay() {
        var cache = CacheHarness()
        cache.update(id, to: "paid")
        #expect(cache.read(id) == .overlay("\"paid\""))
        cache.update(id, to: "sent")
        #expect(cache.read(id) == .overlay("\"sent\""))
        #expect(cache.readThrough(id, database: SampleOrder(status: "old")) == .order(SampleOrder(status: "sent").text))
        #expect(cache.read(id) == .order(SampleOrder(status: "sent").text))
        #expect(cache.cache.pendingCount == 2)
    }

    @Test("A pending overlay is laid over a read that it outlived, too")
    func overlayAppliedDuringFlight() {
        var cache = CacheHarness()
        cache.update(id, to: "paid")
        let flight = cache.start(id)!
        cache.applied(id)
        #expect(cache.read(id) == .nothing)
        #expect(cache.complete(flight, SampleOrder(status: "old")) == .order(SampleOrder(status: "paid").text))
    }

    @Test("An overlay for an order that the database doesn't have is not found")
    func overlayOfNothing() {
        var cache = CacheHarness()
        cache.update(id, to: "paid")
        #expect(cache.readThrough(id, database: nil) == .notFound)
        cache.applied(id, .rejected)
        #expect(cache.read(id) == .nothing)
        #expect(cache.cache.statistics().entries == 0)
    }

    @Test("A pending delete shows the order as deleting, and later updates don't change that")
    func delete() {
        let cache = CacheHarness()
        cache.create(id)
        cache.delete(id)
        let deleting = Shown.deletingOrder(SampleOrder(status: "deleting").text)
        #expect(cache.read(id) == deleting)
        cache.update(id, to: "paid")
        #expect(cache.read(id) == deleting)
        cache.delete(id)
        #expect(cache.read(id) == deleting)
        #expect(cache.cache.pendingCount == 4)
    }

    @Test("A pending delete of an order unseen so far shows it as deleting, with a base or from the database")
    func deleteWithoutEntry() {
        var cache = CacheHarness()
        let base = cache.completeWithBase(cache.start(id)!, SampleOrder()).base
        cache.seconds += 100
        cache.delete(id, base: base)
        #expect(cache.read(id) == .deletingOrder(SampleOrder(status: "deleting").text))

        let other = orderID(2)
        cache.delete(other)
        #expect(cache.read(other) == .deletingOverlay)
        #expect(
            cache.readThrough(other, database: SampleOrder()) == .deletingOrder(SampleOrder(status: "deleting").text))
    }

    @Test("A create behind a pending delete shows the new order")
    func createAfterDelete() {
        var cache = CacheHarness()
        cache.create(id)
        cache.delete(id)
        cache.create(id, SampleOrder(name: "Grace"))
        #expect(cache.read(id) == .order(SampleOrder(name: "Grace").text))
        for _ in 0..<3 { cache.applied(id) }
        #expect(cache.read(id) == .order(SampleOrder(name: "Grace").text))
        cache.seconds += 60
        #expect(cache.read(id) == .nothing)
    }

    @Test("An applied order stays for TEMP_ORDER_CACHE_TTL, counted from its last application")
    func applied() {
        var cache = CacheHarness()
        cache.create(id)
        cache.update(id, to: "paid")
        cache.seconds += 1000
        cache.applied(id)
        #expect(cache.cache.pendingCount == 1)
        cache.seconds += 1000
        cache.applied(id)
        #expect(cache.cache.pendingCount == 0)
        #expect(cache.cache.pendingBytes == 0)
        cache.seconds += 59
        #expect(cache.read(id) == .order(SampleOrder(status: "paid").text))
        cache.seconds += 1
        #expect(cache.read(id) == .nothing)
        #expect(cache.cache.statistics() == CacheStatistics())
    }

    @Test("With a TTL of 0 an order is gone at once when it is applied, and a read one isn't kept")
    func zeroTTL() {
        var cache = CacheHarness(CacheLimits(temporaryTTLSeconds: 0, detailTTLSeconds: 0))
        cache.create(id)
        cache.applied(id)
        #expect(cache.read(id) == .nothing)
        #expect(cache.readThrough(id, database: SampleOrder()) == .order(SampleOrder().text))
        #expect(cache.cache.statistics() == CacheStatistics())
    }

    @Test("An applied delete leaves nothing behind, and a read that began before it isn't kept")
    func appliedDelete() {
        var cache = CacheHarness()
        cache.delete(id)
        let flight = cache.start(id)!
        cache.applied(id)
        let later = cache.start(id, ticket: 2)
        #expect(later != nil, "who asks after the delete was applied must not be answered from before it")
        #expect(cache.complete(flight, SampleOrder()) == .deletingOrder(SampleOrder(status: "deleting").text))
        #expect(cache.waiters == [Waiter(loop: 0, ticket: 1)])
        #expect(cache.read(id) == .nothing)
        #expect(cache.complete(later!, nil) == .notFound)
    }

    @Test("A rejected write takes the entry away once nothing is pending any more, not before")
    func rejected() {
        let cache = CacheHarness()
        cache.create(id)
        cache.update(id, to: "paid")
        cache.applied(id, .rejected)
        #expect(cache.read(id) == .order(SampleOrder(status: "paid").text))
        cache.applied(id)
        #expect(cache.read(id) == .nothing)
        #expect(cache.cache.statistics() == CacheStatistics())
    }

    @Test("A rejected overlay isn't kept by the read that took it along")
    func rejectedOverlay() {
        var cache = CacheHarness()
        cache.update(id, to: "paid")
        let flight = cache.start(id)!
        cache.applied(id, .rejected)
        _ = cache.complete(flight, SampleOrder())
        #expect(cache.read(id) == .nothing)
    }

    @Test("An update that crosses a delete does not bring the order back")
    func baseFromBeforeDelete() {
        let cache = CacheHarness()
        cache.create(id)
        let base = cache.readWithBase(id).base
        cache.delete(id)
        cache.applied(id)
        cache.applied(id)
        cache.update(id, to: "paid", base: base)
        #expect(cache.read(id) == .overlay("\"paid\""))
        cache.applied(id, .rejected)
        #expect(cache.read(id) == .nothing)
    }

    @Test("An application that no commit announced drops what was read before it")
    func unannounced() {
        var cache = CacheHarness()
        _ = cache.readThrough(id, database: SampleOrder())
        let other = orderID(2)
        let flight = cache.start(other)!
        cache.applied(id)
        cache.applied(other)
        #expect(cache.read(id) == .nothing)
        _ = cache.complete(flight, SampleOrder())
        #expect(cache.read(other) == .nothing)
        #expect(cache.cache.pendingCount == 0)
    }

    @Test("After all orders were deleted only new ones are left, and a read that began before isn't kept")
    func forgetApplied() {
        var cache = CacheHarness()
        for number in 0..<500 { cache.create(orderID(number)) }
        for number in 0..<100 { cache.applied(orderID(number)) }
        let flight = cache.start(orderID(1000))!
        cache.cache.forgetApplied()
        #expect(cache.complete(flight, SampleOrder()) == .order(SampleOrder().text))
        #expect(cache.read(orderID(1000)) == .nothing)
        for number in 0..<100 { #expect(cache.read(orderID(number)) == .nothing) }
        for number in 100..<500 { #expect(cache.read(orderID(number)) == .order(SampleOrder().text)) }
        #expect(cache.cache.pendingCount == 400)
        for number in 100..<500 { cache.applied(orderID(number)) }
        cache.cache.forgetApplied()
        #expect(cache.cache.statistics() == CacheStatistics())
        #expect(cache.cache.pendingBytes == 0)
    }

    @Test("A pending change of an order that was deleted with all others shows it no more: the database is asked")
    func forgetChanged() {
        var cache = CacheHarness()
        cache.create(id)
        cache.applied(id)
        cache.update(id, to: "paid")
        cache.cache.forgetApplied()
        #expect(cache.read(id) == .overlay("\"paid\""))
        let flight = cache.start(id)!
        #expect(cache.complete(flight, nil) == .notFound)
        cache.applied(id, .missing)
        #expect(cache.read(id) == .nothing)
        #expect(cache.cache.statistics() == CacheStatistics())
    }

    @Test("A change that was told its order before all were deleted doesn't show it again")
    func forgetBase() {
        let cache = CacheHarness()
        cache.create(id)
        cache.applied(id)
        let base = cache.readWithBase(id).base
        cache.cache.forgetApplied()
        cache.update(id, to: "paid", base: base)
        #expect(cache.read(id) == .overlay("\"paid\""))
    }

    @Test("Without a cache nothing is stored and no read is shared")
    func disabled() {
        var cache = CacheHarness(CacheLimits(isDisabled: true))
        cache.create(id)
        cache.update(id, to: "paid")
        cache.applied(id)
        #expect(cache.read(id) == .nothing)
        #expect(cache.cache.pendingCount == 0)
        let first = cache.start(id, ticket: 1)!
        let second = cache.start(id, ticket: 2)!
        #expect(cache.complete(second, SampleOrder(status: "new")) == .order(SampleOrder(status: "new").text))
        #expect(cache.waiters == [Waiter(loop: 0, ticket: 2)])
        #expect(cache.complete(first, SampleOrder(status: "old")) == .order(SampleOrder(status: "old").text))
        #expect(cache.waiters == [Waiter(loop: 0, ticket: 1)])
        #expect(cache.read(id) == .nothing)
    }
}
