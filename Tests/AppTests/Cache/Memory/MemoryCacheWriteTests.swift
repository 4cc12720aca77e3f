import Reactor
import Testing

@testable import Cache
@testable import Orders
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
        cache.update(id, 1, to: status)
        #expect(cache.read(id) == .order(SampleOrder(status: status).text))
        cache.update(id, 2, to: "last")
        #expect(cache.read(id) == .order(SampleOrder(status: "last").text))
        #expect(cache.cache.pendingCount == 1, "of three writes, to one order")
    }

    @Test("A status update without an entry is made from the caller's base")
    func updateFromBase() {
        var cache = CacheHarness()
        let flight = cache.start(id)!
        cache.update(orderID(2), 1, to: "other")
        let base = cache.completeWithBase(flight, SampleOrder()).base
        cache.seconds += 100
        #expect(cache.read(id) == .nothing)
        cache.update(id, 1, to: "paid", base: base)
        #expect(cache.read(id) == .order(SampleOrder(status: "paid").text))
    }

    @Test("A status update without entry and base is laid over what the database has, whenever it was read")
    func overlay() {
        var cache = CacheHarness()
        cache.update(id, 1, to: "paid")
        #expect(cache.read(id) == .overlay("\"paid\""))
        cache.update(id, 2, to: "sent")
        #expect(cache.read(id) == .overlay("\"sent\""))
        #expect(cache.readThrough(id, database: SampleOrder(status: "old")) == .order(SampleOrder(status: "sent").text))
        #expect(cache.read(id) == .order(SampleOrder(status: "sent").text))
        #expect(cache.cache.pendingCount == 1)
    }

    @Test("A pending overlay is laid over a read that it outlived, too")
    func overlayAppliedDuringFlight() {
        var cache = CacheHarness()
        cache.update(id, 1, to: "paid")
        let flight = cache.start(id)!
        cache.applied(id, 1)
        #expect(cache.read(id) == .nothing)
        #expect(cache.complete(flight, SampleOrder(status: "old")) == .order(SampleOrder(status: "paid").text))
    }

    @Test("An overlay for an order that the database doesn't have is not found")
    func overlayOfNothing() {
        var cache = CacheHarness()
        cache.update(id, 1, to: "paid")
        #expect(cache.readThrough(id, database: nil) == .notFound)
        #expect(cache.cache.pendingCount == 1, "its creation may still come")
        cache.settled(id, upTo: 1)
        #expect(cache.read(id) == .nothing)
        #expect(cache.cache.statistics().entries == 0)
    }

    @Test("A pending delete shows the order as deleting; the newer of it and an update wins, whichever comes first")
    func delete() {
        let cache = CacheHarness()
        cache.create(id)
        cache.delete(id, 2)
        let deleting = Shown.deletingOrder(SampleOrder(status: "deleting").text)
        #expect(cache.read(id) == deleting)
        cache.update(id, 1, to: "paid")
        #expect(cache.read(id) == deleting)
        cache.delete(id, 3)
        #expect(cache.read(id) == deleting)
        // The database brings the order back for it.
        cache.update(id, 4, to: "sent")
        #expect(cache.read(id) == .order(SampleOrder(status: "sent").text))
        cache.settled(id, upTo: 3)
        #expect(cache.read(id) == .order(SampleOrder(status: "sent").text))
        #expect(cache.cache.pendingCount == 1)
    }

    @Test("A pending delete of an order unseen so far shows it as deleting, with a base or from the database")
    func deleteWithoutEntry() {
        var cache = CacheHarness()
        let base = cache.completeWithBase(cache.start(id)!, SampleOrder()).base
        cache.seconds += 100
        cache.delete(id, 1, base: base)
        #expect(cache.read(id) == .deletingOrder(SampleOrder(status: "deleting").text))

        let other = orderID(2)
        cache.delete(other, 1)
        #expect(cache.read(other) == .deletingOverlay)
        #expect(
            cache.readThrough(other, database: SampleOrder()) == .deletingOrder(SampleOrder(status: "deleting").text))
    }

    @Test("A creation that comes behind a change of its order is what the change changes")
    func createBehindChange() {
        let cache = CacheHarness()
        cache.update(id, 1, to: "paid")
        let pendingBytes = cache.cache.pendingBytes
        cache.create(id, SampleOrder(name: "Grace"))
        #expect(cache.read(id) == .order(SampleOrder(name: "Grace", status: "paid").text))
        #expect(cache.cache.pendingCount == 1)
        #expect(cache.cache.pendingBytes > pendingBytes)
        cache.create(id, SampleOrder(name: "Grace"))
        #expect(cache.read(id) == .order(SampleOrder(name: "Grace", status: "paid").text))
        cache.settled(id, upTo: 0)
        #expect(cache.read(id) == .order(SampleOrder(name: "Grace", status: "paid").text))
        cache.settled(id, upTo: 1)
        #expect(cache.cache.pendingBytes == 0)

        let other = orderID(2)
        cache.delete(other, 1)
        cache.create(other)
        #expect(cache.read(other) == .deletingOrder(SampleOrder(status: "deleting").text))
        cache.settled(other, upTo: 1)
        #expect(cache.cache.statistics() == CacheStatistics())
    }

    @Test("A creation behind a change ends the sharing of a read that didn't know it")
    func createDuringFlight() {
        var cache = CacheHarness()
        cache.update(id, 1, to: "paid")
        let flight = cache.start(id)!
        cache.create(id)
        #expect(cache.join(id, ticket: 2) == .order(SampleOrder(status: "paid").text))
        #expect(cache.complete(flight, nil) == .notFound)
        #expect(cache.read(id) == .order(SampleOrder(status: "paid").text))
    }

    @Test("An applied order stays for TEMP_ORDER_CACHE_TTL, counted from its last application")
    func applied() {
        var cache = CacheHarness()
        cache.create(id)
        cache.update(id, 1, to: "paid")
        cache.seconds += 1000
        cache.applied(id, 0)
        #expect(cache.cache.pendingCount == 1)
        cache.seconds += 1000
        cache.applied(id, 1)
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
        cache.applied(id, 0)
        #expect(cache.read(id) == .nothing)
        #expect(cache.readThrough(id, database: SampleOrder()) == .order(SampleOrder().text))
        #expect(cache.cache.statistics() == CacheStatistics())
    }

    @Test("An applied delete leaves nothing behind, and a read that began before it isn't kept")
    func appliedDelete() {
        var cache = CacheHarness()
        cache.delete(id, 1)
        let flight = cache.start(id)!
        cache.settled(id, upTo: 1)
        let later = cache.start(id, ticket: 2)
        #expect(later != nil, "who asks after the delete was applied must not be answered from before it")
        #expect(cache.complete(flight, SampleOrder()) == .deletingOrder(SampleOrder(status: "deleting").text))
        #expect(cache.waiters == [Waiter(loop: 0, ticket: 1)])
        #expect(cache.read(id) == .nothing)
        #expect(cache.complete(later!, nil) == .notFound)
    }

    @Test("A rejected write takes the entry away, unless a newer one is shown")
    func rejected() {
        let cache = CacheHarness()
        cache.create(id)
        cache.update(id, 1, to: "paid")
        cache.settled(id, upTo: 0)
        #expect(cache.read(id) == .order(SampleOrder(status: "paid").text))
        cache.settled(id, upTo: 1)
        #expect(cache.read(id) == .nothing)
        #expect(cache.cache.statistics() == CacheStatistics())
    }

    @Test("A rejected overlay isn't kept by the read that took it along")
    func rejectedOverlay() {
        var cache = CacheHarness()
        cache.update(id, 1, to: "paid")
        let flight = cache.start(id)!
        cache.settled(id, upTo: 1)
        _ = cache.complete(flight, SampleOrder())
        #expect(cache.read(id) == .nothing)
    }

    @Test("An update that crosses a newer delete does not bring the order back")
    func baseFromBeforeDelete() {
        let cache = CacheHarness()
        cache.create(id)
        let base = cache.readWithBase(id).base
        cache.delete(id, 2)
        cache.settled(id, upTo: 2)
        cache.update(id, 1, to: "paid", base: base)
        #expect(cache.read(id) == .overlay("\"paid\""))
        cache.settled(id, upTo: 2)
        #expect(cache.read(id) == .nothing)
        #expect(cache.cache.pendingCount == 0)
    }

    @Test("A settlement that no commit announced drops what was read before it, unless that is as new")
    func unannounced() {
        var cache = CacheHarness()
        _ = cache.readThrough(id, database: SampleOrder(), 1)
        let other = orderID(2)
        let flight = cache.start(other)!
        cache.applied(id, 0)
        cache.applied(id, 1)
        #expect(cache.read(id) == .order(SampleOrder().text))
        cache.applied(id, 2)
        cache.applied(other, 2)
        #expect(cache.read(id) == .nothing)
        _ = cache.complete(flight, SampleOrder())
        #expect(cache.read(other) == .nothing)
        #expect(cache.cache.pendingCount == 0)
    }

    @Test("Without a cache nothing is stored and no read is shared")
    func disabled() {
        var cache = CacheHarness(CacheLimits(isDisabled: true))
        cache.create(id)
        cache.update(id, 1, to: "paid")
        cache.applied(id, 1)
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
