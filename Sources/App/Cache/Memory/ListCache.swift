package import Orders
package import Reactor
import Synchronization

package enum ListJoinResult: Equatable, Sendable {
    case hit([UInt8])
    /// Another reader's flight will answer the waiter.
    case joined
    /// The caller reads the database, by a query that begins after this call, and then calls `complete`.
    case start(FlightID)
}

/// The pages of the list in memory: what `orders:list:{version}` and its like are in the cluster.
///
/// A page carries the version that was current *before* its query began, and is given only while that version is
/// current. A batch is committed to the database before the version is bumped, so a page of the current version misses
/// at most what has not been announced yet. Any thread may call anything.
package final class ListCache: Sendable {
    private struct State: ~Copyable, Sendable {
        /// The newest orders, a page for each limit: what nearly everybody asks for.
        var firstPages: ListPages
        /// All others. There are any number of them, and they can't take the place of first ones.
        var otherPages: ListPages
        /// The context is the version at the start.
        var flights = FlightTable<ListQuery, UInt64>(shard: 0)
        var random: SplitMix

        mutating func page(_ query: ListQuery, version: UInt64, now: Deadline) -> [UInt8]? {
            query.isFirstPage
                ? firstPages.page(query, version: version, now: now)
                : otherPages.page(query, version: version, now: now)
        }
    }

    private let limits: CacheLimits
    private let versionNumber = Atomic<UInt64>(0)
    private let state: Mutex<State>

    /// `randomSeed` keys the jitter; random but in tests.
    package init(limits: CacheLimits, randomSeed: UInt64 = .random(in: .min ... .max)) {
        self.limits = limits
        let bounds = (limits.maxListPages, limits.maxListBytes)
        state = Mutex(
            State(
                firstPages: ListPages(maxPages: bounds.0, maxBytes: bounds.1),
                otherPages: ListPages(maxPages: bounds.0, maxBytes: bounds.1), random: SplitMix(state: randomSeed)))
    }

    /// How often the list changed.
    package var version: UInt64 { versionNumber.load(ordering: .acquiring) }

    /// Once for each transaction that changed an order, after its commit.
    package func bump() {
        versionNumber.wrappingAdd(1, ordering: .releasing)
    }

    /// The page when it is there. Never starts anything. The bytes are lent, not copied, under the lock.
    package func lookup(_ query: ListQuery, now: Deadline) -> [UInt8]? {
        guard !limits.isDisabled else { return nil }
        return state.withLock { $0.page(query, version: version, now: now) }
    }

    /// Looks again, then makes `waiter` wait for a read of the database: one that is under way, or a new one.
    package func join(_ query: ListQuery, _ waiter: Waiter, now: Deadline) -> ListJoinResult {
        state.withLock { state in
            let current = version
            guard !limits.isDisabled else {
                return .start(state.flights.start(query, current, waiter, shared: false))
            }
            if let body = state.page(query, version: current, now: now) { return .hit(body) }
            // A flight that began under an older version may have missed what this waiter was told of.
            if let begun = state.flights.context(of: query), begun != current { state.flights.detach(query) }
            if state.flights.join(query, waiter) { return .joined }
            return .start(state.flights.start(query, current, waiter, shared: true))
        }
    }

    /// Ends a flight with its page, nil when the read failed. Appends who waited to `waiters`: they are given this
    /// page.
    package func complete(_ flight: FlightID, page: [UInt8]?, now: Deadline, waiters: inout [Waiter]) {
        state.withLock { state in
            let flight = state.flights.complete(flight, waiters: &waiters)
            guard let page, flight.isAttached, flight.context == version else { return }
            guard limits.detailTTLSeconds > 0, page.count <= limits.maxListPageBytes else { return }
            let expiry = now.jittered(bySeconds: limits.detailTTLSeconds, &state.random)
            if flight.key.isFirstPage {
                state.firstPages.keep(page, of: flight.key, version: flight.context, expiry: expiry, now: now)
            } else {
                state.otherPages.keep(page, of: flight.key, version: flight.context, expiry: expiry, now: now)
            }
        }
    }
}
