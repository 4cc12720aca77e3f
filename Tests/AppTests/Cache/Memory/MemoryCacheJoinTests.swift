import Reactor
import Testing

@testable import Cache
@testable import Orders

@Suite("MemoryCache: joins by version")
struct MemoryCacheJoinTests {
    private let id = orderID(1)
    private let paid = Shown.order(SampleOrder(status: "paid").text)

    @Test("An older write that is announced late shows nothing, nor does one that is announced again")
    func olderCommit() {
        let cache = CacheHarness()
        cache.create(id)
        cache.update(id, 3, to: "paid")
        let pendingBytes = cache.cache.pendingBytes
        cache.update(id, 2, to: "older")
        cache.delete(id, 1)
        cache.update(id, 3, to: "again")
        cache.create(id)
        #expect(cache.read(id) == paid)
        #expect(cache.cache.pendingCount == 1)
        #expect(cache.cache.pendingBytes == pendingBytes)
        cache.applied(id, 3)
        cache.update(id, 2, to: "older")
        cache.update(id, 3, to: "again")
        #expect(cache.read(id) == paid)
        #expect(cache.cache.pendingCount == 0)
    }

    @Test("A settlement ends what is pending up to its version, however often and late it is told")
    func settlements() {
        let cache = CacheHarness()
        cache.create(id)
        cache.update(id, 3, to: "paid")
        for number in [0, 2, 1, 2] { cache.settled(id, upTo: number, isShown: number > 0) }
        #expect(cache.read(id) == paid)
        #expect(cache.cache.pendingCount == 1)
        cache.applied(id, 3)
        #expect(cache.cache.pendingCount == 0)
        for number in [0, 1, 2] { cache.settled(id, upTo: number) }
        cache.applied(id, 3)
        #expect(cache.read(id) == paid)
        cache.settled(id, upTo: 4)
        #expect(cache.read(id) == .nothing)
        #expect(cache.cache.statistics() == CacheStatistics())
    }

    @Test("An entry goes when the database is said to have another state of that very version")
    func notShown() {
        var cache = CacheHarness()
        _ = cache.readThrough(id, database: SampleOrder(status: "paid"), 3)
        cache.applied(id, 3)
        #expect(cache.read(id) == paid)
        cache.settled(id, upTo: 3)
        #expect(cache.read(id) == .nothing)
    }

    @Test("Only the exact state stays when it is settled: neither a newer one nor a delete nor a bare status does")
    func exactStates() {
        let cache = CacheHarness()
        for number in 1...3 { cache.create(orderID(number)) }
        cache.applied(orderID(1), 1)
        cache.delete(orderID(2), 1)
        cache.applied(orderID(2), 1)
        cache.update(orderID(4), 1, to: "paid")
        cache.applied(orderID(4), 1)
        cache.applied(orderID(3), 0)
        let shown = (1...4).map { cache.read(orderID($0)) }
        #expect(shown == [.nothing, .nothing, .order(SampleOrder().text), .nothing])
        #expect(cache.cache.pendingBytes == 0)
    }

    @Test("A write that is announced when a newer one is forgotten already isn't shown: the database is asked")
    func forgotten() {
        var cache = CacheHarness()
        let base = cache.completeWithBase(cache.start(id)!, SampleOrder()).base
        cache.update(id, 3, to: "paid")
        cache.applied(id, 3)
        cache.seconds += 60
        #expect(cache.read(id) == .nothing)
        cache.update(id, 2, to: "older", base: base)
        #expect(cache.read(id) == .overlay("\"older\""))
        #expect(cache.readThrough(id, database: SampleOrder(status: "paid"), 3) == paid)
        #expect(cache.read(id) == paid)
    }

    @Test("A newer state that was read and not kept is not hidden by an older write that is announced later")
    func readAndNotKept() {
        for limits in [CacheLimits(), CacheLimits(detailTTLSeconds: 0), CacheLimits(maxBytes: 0)] {
            var cache = CacheHarness(limits)
            let base = cache.completeWithBase(cache.start(id)!, SampleOrder()).base
            cache.seconds += 60
            let flight = cache.start(id)!
            if limits.detailTTLSeconds > 0 { cache.settled(id, upTo: 0) }
            #expect(cache.complete(flight, SampleOrder(status: "paid"), 3) == paid)
            cache.update(id, 2, to: "older", base: base)
            #expect(cache.read(id) == .overlay("\"older\""))
            #expect(cache.readThrough(id, database: SampleOrder(status: "paid"), 3) == paid)
        }
    }

    @Test("A read that finds the pending state, or a newer one, ends it", arguments: [1, 2])
    func readEnds(number: Int) {
        var cache = CacheHarness()
        cache.update(id, 1, to: "sent")
        #expect(cache.readThrough(id, database: SampleOrder(status: "paid"), number) == paid)
        #expect(cache.read(id) == paid)
        #expect(cache.cache.pendingCount == 0)
        #expect(cache.cache.pendingBytes == 0)
        cache.settled(id, upTo: 1, isShown: number == 1)
        #expect(cache.read(id) == paid)
        cache.seconds += 60
        #expect(cache.read(id) == .nothing)
        #expect(cache.cache.statistics() == CacheStatistics())
    }

    @Test("A pending delete is over, too, when the database shows a newer state")
    func readEndsDelete() {
        var cache = CacheHarness()
        cache.delete(id, 1)
        #expect(cache.readThrough(id, database: SampleOrder(status: "paid"), 2) == paid)
        #expect(cache.read(id) == paid)
        #expect(cache.cache.pendingCount == 0)
    }

    @Test("A pending state ends when the database says that all up to it are gone, and not when it knows of no order")
    func missingEnds() {
        var cache = CacheHarness()
        cache.update(id, 2, to: "paid")
        for since in [OrderVersion.none, version(1)] {
            #expect(cache.complete(cache.start(id)!, .missing(since: since)).shown == .notFound)
            #expect(cache.cache.pendingCount == 1)
        }
        #expect(cache.complete(cache.start(id)!, .missing(since: version(2))).shown == .notFound)
        #expect(cache.cache.statistics() == CacheStatistics())
        #expect(cache.cache.pendingBytes == 0)
    }

    @Test("A read that a write overtook ends an older pending state, and keeps a newer one")
    func detachedReadEnds() {
        var cache = CacheHarness()
        let flight = cache.start(id)!
        cache.create(id)
        #expect(cache.complete(flight, SampleOrder(status: "paid"), 2) == paid)
        #expect(cache.read(id) == .nothing)
        #expect(cache.cache.pendingCount == 0)

        let other = orderID(2)
        let late = cache.start(other)!
        cache.create(other)
        cache.update(other, 3, to: "sent")
        #expect(cache.complete(late, SampleOrder(status: "paid"), 2) == paid)
        #expect(cache.read(other) == .order(SampleOrder(status: "sent").text))
        #expect(cache.cache.pendingCount == 1)
    }

    @Test("Without a TTL for reads a pending state that ended by one isn't kept")
    func readEndsWithoutTTL() {
        var cache = CacheHarness(CacheLimits(detailTTLSeconds: 0))
        cache.update(id, 1, to: "sent")
        #expect(cache.readThrough(id, database: SampleOrder(status: "paid"), 2) == paid)
        #expect(cache.cache.statistics() == CacheStatistics())
        #expect(cache.cache.pendingBytes == 0)
    }
}
