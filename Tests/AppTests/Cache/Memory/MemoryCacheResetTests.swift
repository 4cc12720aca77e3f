import Reactor
import Testing

@testable import Cache
@testable import Orders

@Suite("MemoryCache: resets")
struct MemoryCacheResetTests {
    private let id = orderID(1)
    /// Says nothing of its time, as those of the replaced service.
    private let untimed = UUID(high: 0x1111_0000_0000_4000, low: 0x8000_0000_0000_0001)

    /// An id made later than the states that ``version(_:)`` numbers.
    private func laterID(_ number: Int) -> UUID { UUID(high: orderID(0).high + 0x10000, low: orderID(number).low) }

    @Test("After all orders were deleted only newer ones are left, and a read that began before isn't kept")
    func forget() {
        var cache = CacheHarness()
        for number in 0..<500 { cache.create(orderID(number)) }
        for number in 500..<600 { cache.create(laterID(number)) }
        for number in 0..<100 { cache.applied(orderID(number), 0) }
        let flight = cache.start(orderID(1000))!
        cache.cache.forgetOrders(upTo: version(0))
        #expect(cache.complete(flight, SampleOrder()) == .order(SampleOrder().text))
        #expect(cache.read(orderID(1000)) == .nothing)
        for number in 0..<500 { #expect(cache.read(orderID(number)) == .nothing) }
        for number in 500..<600 { #expect(cache.read(laterID(number)) == .order(SampleOrder().text)) }
        #expect(cache.cache.pendingCount == 100)
        cache.cache.forgetOrders(upTo: .highest)
        #expect(cache.cache.statistics() == CacheStatistics())
        #expect(cache.cache.pendingCount == 0)
        #expect(cache.cache.pendingBytes == 0)
    }

    @Test("A pending change of an order that was deleted with all others shows it no more, however new it is")
    func forgetChanged() {
        var cache = CacheHarness()
        cache.create(id)
        cache.applied(id, 0)
        cache.update(id, 2, to: "paid")
        cache.cache.forgetOrders(upTo: version(1))
        #expect(cache.read(id) == .nothing)
        let flight = cache.start(id)!
        #expect(cache.complete(flight, .missing(since: version(1))).shown == .notFound)
        cache.settled(id, upTo: 2)
        #expect(cache.cache.statistics() == CacheStatistics())
        #expect(cache.cache.pendingBytes == 0)
    }

    @Test("Whether a write is announced before or after the reset makes no difference")
    func announcedBehind() {
        let cache = CacheHarness()
        cache.create(id)
        let base = cache.readWithBase(id).base
        cache.cache.forgetOrders(upTo: version(1))
        cache.update(id, 2, to: "paid", base: base)
        cache.delete(id, 3, base: base)
        cache.create(id)
        #expect(cache.read(id) == .nothing)
        #expect(cache.cache.pendingCount == 0)
        cache.create(laterID(2))
        cache.update(laterID(2), 0x20000, to: "paid")
        #expect(cache.read(laterID(2)) == .order(SampleOrder(status: "paid").text))
    }

    @Test("An older reset that is told of late takes nothing back")
    func olderReset() {
        let cache = CacheHarness()
        cache.cache.forgetOrders(upTo: version(5))
        cache.cache.forgetOrders(upTo: .none)
        cache.create(id)
        #expect(cache.read(id) == .nothing)
    }

    @Test("Where the id doesn't tell, the database says whether an order with a pending change is there")
    func untimedIDs() {
        var cache = CacheHarness()
        cache.create(untimed)
        cache.applied(untimed, -1)
        let base = cache.readWithBase(untimed).base
        cache.update(untimed, 1, to: "paid")
        let pendingBytes = cache.cache.pendingBytes
        cache.cache.forgetOrders(upTo: version(5))
        #expect(cache.read(untimed) == .overlay("\"paid\""))
        #expect(cache.cache.pendingCount == 1)
        #expect(cache.cache.pendingBytes < pendingBytes)
        #expect(cache.readThrough(untimed, database: nil) == .notFound)
        cache.settled(untimed, upTo: 1)
        #expect(cache.cache.pendingBytes == 0)
        cache.update(untimed, 6, to: "sent", base: base)
        #expect(cache.read(untimed) == .overlay("\"sent\""))
        #expect(cache.readThrough(untimed, database: SampleOrder()) == .order(SampleOrder(status: "sent").text))
        cache.applied(untimed, 6)
        #expect(cache.cache.pendingBytes == 0)
    }
}
