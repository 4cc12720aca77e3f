package import Orders
package import Reactor
import Synchronization

/// The reads of the database that are under way in this process, and who waits for each: concurrent misses make one
/// query.
///
/// A waiter may join a query that has begun already, which may not see a write that was applied since. So what it finds
/// has a version, and whoever asked Redis before knows the least version that it may be given: then it reads again.
package final class ClusterFlights: ReadCompletion {
    package struct Page: Hashable, Sendable {
        /// The version that the list had when the page was asked for.
        package var version: [UInt8]
        package var query: ListQuery

        package init(version: [UInt8], query: ListQuery) {
            self.version = version
            self.query = query
        }

        fileprivate var number: UInt64? { UInt64(String(decoding: version, as: UTF8.self)) }
    }

    private struct Pages: ~Copyable, Sendable {
        /// The context of a flight tells whether the page that it reads is kept.
        var flights = FlightTable<Page, Bool>(shard: 0)
        /// The first pages of each length have a budget of their own. The other pages, of which there are any number,
        /// can't use it up.
        var firstPages: PageBudget
        var otherPages: PageBudget
        /// Pages that are on their way into Redis. Who asked Redis too early gets them here, without a query.
        var recent = ListPages(maxPages: 64, maxBytes: 8 << 20)
    }

    /// Longer than a page is on its way into Redis. Short, because a Redis that is wiped counts its versions anew.
    private static let recentMilliseconds = 1000

    /// The context of a flight is when it began; nil where nothing is kept of it.
    private let orders = Mutex(FlightTable<UUID, Deadline?>(shard: 0))
    private let pages: Mutex<Pages>
    private let pool: ReaderPool
    private let limits: CacheLimits

    package init(pool: ReaderPool, limits: CacheLimits) {
        self.pool = pool
        self.limits = limits
        // As long as the longest life of a page: it is jittered by a tenth.
        let lifeSeconds = limits.detailTTLSeconds + limits.detailTTLSeconds / 10
        let budget = PageBudget(maxBytes: limits.maxListBytes, windowSeconds: lifeSeconds)
        pages = Mutex(Pages(firstPages: budget, otherPages: budget))
    }

    /// Returns the flight that the caller has to read for; nil when another's will answer.
    package func join(_ id: UUID, _ waiter: Waiter, now: Deadline) -> FlightID? {
        orders.withLock { table in
            table.join(id, waiter) ? nil : table.start(id, now, waiter, shared: true)
        }
    }

    /// A flight of which nothing is kept, and which nobody joins.
    package func startAlone(_ id: UUID, _ waiter: Waiter) -> FlightID {
        orders.withLock { $0.start(id, nil, waiter, shared: false) }
    }

    package enum PageJoinResult {
        /// It has just been read.
        case hit([UInt8])
        /// Another's flight will answer.
        case joined
        /// The caller reads the database.
        case start(FlightID)
    }

    /// After a miss. All that it shares is of one version, so what it misses was announced to nobody who could wait for
    /// it here.
    package func joinPage(_ page: Page, _ waiter: Waiter) -> PageJoinResult {
        pages.withLock { pages in
            if let version = page.number, let body = pages.recent.page(page.query, version: version, now: .now()) {
                return .hit(body)
            }
            if pages.flights.join(page, waiter) { return .joined }
            return .start(pages.flights.start(page, true, waiter, shared: true))
        }
    }

    package func startPageAlone(_ page: Page, _ waiter: Waiter) -> FlightID {
        pages.withLock { $0.flights.start(page, false, waiter, shared: false) }
    }

    // MARK: From reader threads

    package func complete(_ flight: FlightID, _ result: FlightResult) {
        var waiters: [Waiter] = []
        let ended = orders.withLock { $0.complete(flight, waiters: &waiters) }
        var keep: ReadAnswer.Keep?
        switch result {
        case .found(let order, let status, let version):
            if let began = ended.context { keep = .order(ended.key, version, began: began) }
            let cached = CachedOrder(status: status, version: version, isDeleting: false)
            pool.tell(waiters, .order(cached), [UInt8](order), keep: &keep)
        case .missing(let since): pool.tell(waiters, .missing(since: since), [], keep: &keep)
        case .failed: pool.tell(waiters, .failed, [], keep: &keep)
        }
    }

    package func complete(_ flight: FlightID, page: UnsafeRawBufferPointer?) {
        var waiters: [Waiter] = []
        let body = page.map { [UInt8]($0) }
        var keep = pages.withLock { pages in
            let ended = pages.flights.complete(flight, waiters: &waiters)
            guard let body, ended.context, mayKeep(ended.key, body.count, &pages) else { return ReadAnswer.Keep?.none }
            if let version = ended.key.number {
                let now = Deadline.now()
                let expiry = now.advanced(byMilliseconds: Self.recentMilliseconds)
                pages.recent.keep(body, of: ended.key.query, version: version, expiry: expiry, now: now)
            }
            return .page(ended.key)
        }
        pool.tell(waiters, body == nil ? .failed : .page, body ?? [], keep: &keep)
    }

    private func mayKeep(_ page: Page, _ bytes: Int, _ pages: inout Pages) -> Bool {
        guard limits.detailTTLSeconds > 0, bytes <= limits.maxListPageBytes else { return false }
        if page.query.isFirstPage { return pages.firstPages.take(bytes, now: .now()) }
        return pages.otherPages.take(bytes, now: .now())
    }
}
