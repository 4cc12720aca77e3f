import Reactor
import Synchronization
import Testing

@testable import Cache
@testable import Orders

@Suite("ListCache")
struct ListCacheTests {
    private struct Harness {
        let cache: ListCache
        var seconds = 1000
        var waiters: [UInt64] = []

        init(_ limits: CacheLimits = CacheLimits()) { cache = ListCache(limits: limits, randomSeed: 7) }

        var now: Deadline { Deadline(nanoseconds: UInt64(seconds) * 1_000_000_000) }

        func read(_ query: String) -> String? {
            cache.lookup(page(query), now: now).map { String(decoding: $0, as: UTF8.self) }
        }

        func join(_ query: String, _ ticket: UInt64 = 1) -> ListJoinResult {
            cache.join(page(query), Waiter(loop: 0, ticket: ticket), now: now)
        }

        func start(_ query: String, _ ticket: UInt64 = 1) -> FlightID? {
            guard case .start(let flight) = join(query, ticket) else { return nil }
            return flight
        }

        mutating func complete(_ flight: FlightID, _ page: String?) {
            var waiting: [Waiter] = []
            cache.complete(flight, page: page.map { Array($0.utf8) }, now: now, waiters: &waiting)
            waiters = waiting.map(\.ticket)
        }

        private func page(_ query: String) -> ListQuery {
            do { return try ListQuery(text: query) } catch { fatalError("\(error)") }
        }
    }

    static let queries = ["", "limit=7", "after=5", "status=paid", "limit=7&after=5&status=paid"]

    @Test("One reads the page, all who wait get it, and later ones find it", arguments: queries)
    func sharing(query: String) {
        var list = Harness()
        let flight = list.start(query, 1)!
        #expect(list.join(query, 2) == .joined)
        #expect(list.start("after=6") != nil)
        list.complete(flight, "page")
        #expect(list.waiters == [1, 2])
        #expect(list.read(query) == "page")
        #expect(list.join(query) == .hit(Array("page".utf8)))
        #expect(list.read("after=6") == nil)
    }

    @Test("A page read under one version is never given under the next", arguments: queries)
    func version(query: String) {
        var list = Harness()
        list.complete(list.start(query)!, "old")
        list.cache.bump()
        #expect(list.cache.version == 1)
        #expect(list.read(query) == nil)
        let overtaken = list.start(query, 1)!
        list.cache.bump()
        let current = list.start(query, 2)
        #expect(current != nil, "who asks after the change must not wait for a read that began before it")
        list.complete(overtaken, "old")
        #expect(list.waiters == [1])
        #expect(list.read(query) == nil)
        list.complete(current!, "new")
        #expect(list.waiters == [2])
        #expect(list.read(query) == "new")
    }

    @Test("A failed read is not kept, nor is a page over the limit or with a TTL of 0")
    func notKept() {
        var list = Harness(CacheLimits(maxListPageBytes: 4))
        list.complete(list.start("limit=1")!, nil)
        #expect(list.waiters == [1])
        #expect(list.read("limit=1") == nil)
        list.complete(list.start("limit=1")!, "12345")
        #expect(list.read("limit=1") == nil)
        list.complete(list.start("limit=1")!, "1234")
        #expect(list.read("limit=1") == "1234")

        var without = Harness(CacheLimits(detailTTLSeconds: 0))
        without.complete(without.start("limit=1")!, "page")
        #expect(without.read("limit=1") == nil)
    }

    @Test("A page stays for ORDERS_CACHE_TTL, give or take a tenth")
    func expiry() {
        var list = Harness(CacheLimits(detailTTLSeconds: 100))
        list.complete(list.start("limit=1")!, "page")
        list.seconds += 89
        #expect(list.read("limit=1") == "page")
        list.seconds += 22
        #expect(list.read("limit=1") == nil)
    }

    @Test("Any number of cursors and statuses, however often asked for, leaves the first page")
    func flood() {
        var list = Harness(CacheLimits(maxListPages: 4))
        list.complete(list.start("")!, "page")
        for cursor in 1...100 {
            for query in ["after=\(cursor)", "status=\(cursor)"] {
                list.complete(list.start(query)!, "other")
                #expect(list.read(query) == "other" && list.read(query) == "other")
            }
        }
        #expect(list.read("") == "page")
        #expect((1...100).count { list.read("after=\($0)") != nil || list.read("status=\($0)") != nil } <= 4)
    }

    @Test("Without a cache nothing is shared and nothing is kept", arguments: queries)
    func disabled(query: String) {
        var list = Harness(CacheLimits(isDisabled: true))
        let first = list.start(query, 1)!
        let second = list.start(query, 2)!
        list.complete(first, "page")
        #expect(list.waiters == [1])
        list.complete(second, "page")
        #expect(list.waiters == [2])
        #expect(list.read(query) == nil)
    }

    @Test("Under 8 threads no page is older than the last change that its reader knew of", arguments: ["", "after=5"])
    func concurrent(query: String) throws {
        let query = try ListQuery(text: query)
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
                var waiters: [Waiter] = []
                while !database.isDone.load(ordering: .acquiring) {
                    let known = database.announced.load(ordering: .acquiring)
                    let waiter = Waiter(loop: 0, ticket: UInt64(known))
                    switch cache.join(query, waiter, now: now) {
                    case .hit(let page):
                        if page.withUnsafeBytes({ $0.loadUnaligned(as: Int.self) }) < known { database.fail() }
                    case .joined:
                        database.waiting.wrappingAdd(1, ordering: .relaxed)
                    case .start(let flight):
                        database.waiting.wrappingAdd(1, ordering: .relaxed)
                        let value = database.value.load(ordering: .acquiring)
                        waiters.removeAll(keepingCapacity: true)
                        let page = withUnsafeBytes(of: value) { Array($0) }
                        cache.complete(flight, page: page, now: now, waiters: &waiters)
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
