package import Orders
import Reactor
import Synchronization

/// The reads of the database that are under way in this process, and who waits for each: concurrent misses make one
/// query.
///
/// Why a waiter never gets a state older than what was acknowledged before it asked. It asks Redis first, and misses:
/// so no write to the order was pending then, and every write acknowledged before was applied, and its `temp_order`
/// gone since. It may join a flight whose query begins later in any case. A query that may have begun already is good
/// enough only if nothing was applied since: that is so if the flight's lease was still there when the waiter asked
/// Redis, because whoever applies a write takes the lease away before the pending order goes.
package final class ClusterFlights: ReadCompletion {
    /// What becomes of what was read.
    struct Context: Sendable {
        /// The lease of the order in Redis. 0 is none; then nothing is kept of what is read.
        var lease: UInt64 = 0
        /// The query may have begun.
        var isReading = false
    }

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

    private let orders = Mutex(FlightTable<UUID, Context>(shard: 0))
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

    package enum JoinResult {
        /// Another's flight will answer.
        case joined
        /// The caller takes the lease, then calls ``begin(_:lease:)``.
        case start(FlightID)
        /// The caller reads for itself.
        case alone(FlightID)
    }

    /// `lease` is what Redis held when it was asked for the order.
    package func join(_ id: UUID, _ waiter: Waiter, lease: UInt64?) -> JoinResult {
        orders.withLock { table in
            guard let flight = table.context(of: id) else {
                return .start(table.start(id, Context(), waiter, shared: true))
            }
            if !flight.isReading || (flight.lease != 0 && flight.lease == lease) {
                _ = table.join(id, waiter)
                return .joined
            }
            return .alone(table.start(id, Context(isReading: true), waiter, shared: false))
        }
    }

    /// A flight of which nothing is kept, and which nobody joins: without a cache.
    package func startAlone(_ id: UUID, _ waiter: Waiter) -> FlightID {
        orders.withLock { $0.start(id, Context(isReading: true), waiter, shared: false) }
    }

    /// From now on the query may begin.
    package func begin(_ flight: FlightID, lease: UInt64) {
        orders.withLock { $0.setContext(Context(lease: lease, isReading: true), of: flight) }
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
        var keep = ended.context.lease == 0 ? nil : ReadAnswer.Keep.order(ended.key, lease: ended.context.lease)
        switch result {
        case .found(let order, let status):
            let cached = CachedOrder(status: status, isDeleting: false, stamp: 0)
            pool.tell(waiters, .order(cached), [UInt8](order), keep: &keep)
        case .notFound: pool.tell(waiters, .notFound, [], keep: &keep)
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
