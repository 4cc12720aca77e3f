import Reactor
import Synchronization
import Testing

@testable import App

@Suite("ListCache")
struct ListCacheTests {
    private struct Harness {
        let cache: ListCache
        var seconds = 1000
        var waiters: [UInt64] = []

        init(_ limits: CacheLimits = CacheLimits()) { cache = ListCache(limits: limits, seed: 7) }

        var now: Deadline { Deadline(nanoseconds: UInt64(seconds) * 1_000_000_000) }

        func read(_ limit: Int) -> String? {
            var buffer = ByteBuffer()
            guard cache.lookup(.first(limit: limit), now: now, into: &buffer) else { return nil }
            return String(decoding: buffer.bytes, as: UTF8.self)
        }

        func join(_ page: ListPage, _ ticket: UInt64 = 1) -> ListJoinResult {
            var buffer = ByteBuffer()
            return cache.join(page, Waiter(loop: 0, ticket: ticket), now: now, into: &buffer)
        }

        func start(_ page: ListPage, _ ticket: UInt64 = 1) -> FlightID? {
            guard case .start(let flight) = join(page, ticket) else { return nil }
            return flight
        }

        mutating func complete(_ flight: FlightID, _ page: String?) {
            var waiting: [Waiter] = []
            if var page {
                page.withUTF8 {
                    cache.complete(flight, page: UnsafeRawBufferPointer($0), now: now, waiters: &waiting)
                }
            } else {
                cache.complete(flight, page: nil, now: now, waiters: &waiting)
            }
            waiters = waiting.map(\.ticket)
        }
    }

    @Test("One reads the page, all who wait get it, and later ones find it")
    func sharing() {
        var list = Harness()
        let flight = list.start(.first(limit: 100), 1)!
        #expect(list.join(.first(limit: 100), 2) == .joined)
        #expect(list.start(.first(limit: 10)) != nil)
        list.complete(flight, "page")
        #expect(list.waiters == [1, 2])
        #expect(list.read(100) == "page")
        #expect(list.join(.first(limit: 100)) == .hit)
        #expect(list.read(10) == nil)
    }

    @Test("A page read under one version is never given under the next")
    func version() {
        var list = Harness()
        list.complete(list.start(.first(limit: 100))!, "old")
        list.cache.bump()
        #expect(list.cache.version == 1)
        #expect(list.read(100) == nil)
        let overtaken = list.start(.first(limit: 100), 1)!
        list.cache.bump()
        let current = list.start(.first(limit: 100), 2)
        #expect(current != nil, "who asks after the change must not wait for a read that began before it")
        list.complete(overtaken, "old")
        #expect(list.waiters == [1])
        #expect(list.read(100) == nil)
        list.complete(current!, "new")
        #expect(list.waiters == [2])
        #expect(list.read(100) == "new")
    }

    @Test("A failed read is not kept, nor is a page over the limit or with a TTL of 0")
    func notKept() {
        var list = Harness(CacheLimits(maxListPageBytes: 4))
        list.complete(list.start(.first(limit: 1))!, nil)
        #expect(list.waiters == [1])
        #expect(list.read(1) == nil)
        list.complete(list.start(.first(limit: 1))!, "12345")
        #expect(list.read(1) == nil)
        list.complete(list.start(.first(limit: 1))!, "1234")
        #expect(list.read(1) == "1234")

        var without = Harness(CacheLimits(detailTTLSeconds: 0))
        without.complete(without.start(.first(limit: 1))!, "page")
        #expect(without.read(1) == nil)
    }

    @Test("A page stays for ORDERS_CACHE_TTL, give or take a tenth")
    func expiry() {
        var list = Harness(CacheLimits(detailTTLSeconds: 100))
        list.complete(list.start(.first(limit: 1))!, "page")
        list.seconds += 89
        #expect(list.read(1) == "page")
        list.seconds += 22
        #expect(list.read(1) == nil)
    }

    @Test("At most 16 limits are kept; expired and outdated pages go first, then the oldest")
    func bounded() {
        var list = Harness()
        for limit in 1...16 { list.complete(list.start(.first(limit: limit))!, "\(limit)") }
        list.complete(list.start(.first(limit: 17))!, "17")
        #expect((1...17).map { list.read($0) != nil } == [false] + Array(repeating: true, count: 16))
        list.cache.bump()
        for limit in 20...35 { list.complete(list.start(.first(limit: limit))!, "\(limit)") }
        #expect((20...35).allSatisfy { list.read($0) == "\($0)" })
    }

    @Test("Other pages, and all of them without a cache, are neither shared nor kept")
    func unshared() {
        for (limits, page) in [(CacheLimits(), ListPage.other), (CacheLimits(isDisabled: true), .first(limit: 100))] {
            var list = Harness(limits)
            let first = list.start(page, 1)!
            let second = list.start(page, 2)!
            list.complete(first, "page")
            #expect(list.waiters == [1])
            list.complete(second, "page")
            #expect(list.waiters == [2])
            #expect(list.read(100) == nil)
        }
    }

    @Test("Under 8 threads no page is older than the last change that its reader knew of")
    func concurrent() {
        let cache = ListCache(limits: CacheLimits())
        let database = Shared()
        let now = Deadline(nanoseconds: 1)
        let writer = Thread(name: "writer") {
            for change in 1...20_000 {
                database.value.store(change, ordering: .releasing)
                cache.bump()
                database.announced.store(change, ordering: .releasing)
            }
            database.isDone.store(true, ordering: .releasing)
        }
        let readers = (0..<7).map { _ in
            Thread(name: "reader") {
                var buffer = ByteBuffer()
                var waiters: [Waiter] = []
                while !database.isDone.load(ordering: .acquiring) {
                    buffer.removeAll()
                    let known = database.announced.load(ordering: .acquiring)
                    let waiter = Waiter(loop: 0, ticket: UInt64(known))
                    switch cache.join(.first(limit: 100), waiter, now: now, into: &buffer) {
                    case .hit:
                        if buffer.bytes.loadUnaligned(as: Int.self) < known { database.fail() }
                    case .joined:
                        database.waiting.wrappingAdd(1, ordering: .relaxed)
                    case .start(let flight):
                        database.waiting.wrappingAdd(1, ordering: .relaxed)
                        let value = database.value.load(ordering: .acquiring)
                        waiters.removeAll(keepingCapacity: true)
                        withUnsafeBytes(of: value) {
                            cache.complete(flight, page: $0, now: now, waiters: &waiters)
                        }
                        database.waiting.wrappingSubtract(waiters.count, ordering: .relaxed)
                        if waiters.contains(where: { value < Int($0.ticket) }) { database.fail() }
                    }
                }
            }
        }
        writer.join()
        for reader in readers { reader.join() }
        #expect(database.failures.load(ordering: .relaxed) == 0)
        #expect(database.waiting.load(ordering: .relaxed) == 0, "every waiter is answered once")
    }

    private final class Shared: Sendable {
        let value = Atomic<Int>(0)
        let announced = Atomic<Int>(0)
        let waiting = Atomic<Int>(0)
        let failures = Atomic<Int>(0)
        let isDone = Atomic<Bool>(false)

        func fail() { failures.wrappingAdd(1, ordering: .relaxed) }
    }
}
