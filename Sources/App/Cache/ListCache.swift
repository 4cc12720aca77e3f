import Reactor
import Synchronization

/// Which list answer is asked for.
enum ListPage: Equatable, Sendable {
    /// The newest orders, neither after a cursor nor of one status: what nearly everybody asks for.
    case first(limit: Int)
    /// Any other: neither kept nor shared.
    case other
}

enum ListJoinResult: Equatable, Sendable {
    /// The page was appended.
    case hit
    /// Another reader's flight will answer the waiter.
    case joined
    /// The caller reads the database, by a query that begins after this call, and then calls `complete`.
    case start(FlightID)
}

/// The first page of the list for a few limits: what `orders:list:{version}` is in the cluster.
///
/// A page carries the version that was current *before* its query began, and is given only while that version is
/// current. A batch is committed to the database before the version is bumped, so a page of the current version misses
/// at most what has not been announced yet. Any thread may call anything.
final class ListCache: Sendable {
    static let maxPages = 16

    private struct Page: Sendable {
        var limit: Int
        var version: UInt64
        var expiry: Deadline
        var body: [UInt8]
    }

    private struct State: ~Copyable, Sendable {
        /// Oldest first, one a limit; at most ``ListCache/maxPages``.
        var pages: [Page] = []
        /// By limit; the context is the version at the start.
        var flights = FlightTable<Int, UInt64>(shard: 0)
        var random: SplitMix
    }

    private let limits: CacheLimits
    private let versionNumber = Atomic<UInt64>(0)
    private let state: Mutex<State>

    /// `seed` keys the jitter; random but in tests.
    init(limits: CacheLimits, seed: UInt64 = .random(in: .min ... .max)) {
        self.limits = limits
        state = Mutex(State(random: SplitMix(state: seed)))
    }

    /// How often the list changed.
    var version: UInt64 { versionNumber.load(ordering: .acquiring) }

    /// Once for each transaction that changed an order, after its commit.
    func bump() {
        versionNumber.wrappingAdd(1, ordering: .releasing)
    }

    /// Appends the page to `buffer` when it is there. Never starts anything.
    func lookup(_ page: ListPage, now: Deadline, into buffer: inout ByteBuffer) -> Bool {
        guard !limits.isDisabled, case .first(let limit) = page else { return false }
        return state.withLock { Self.append($0.pages, limit, version, now, to: &buffer) }
    }

    /// Looks again, then makes `waiter` wait for a read of the database: one that is under way, or a new one.
    func join(_ page: ListPage, _ waiter: Waiter, now: Deadline, into buffer: inout ByteBuffer) -> ListJoinResult {
        state.withLock { state in
            let current = version
            guard !limits.isDisabled, case .first(let limit) = page else {
                return .start(state.flights.start(0, current, waiter, shared: false))
            }
            if Self.append(state.pages, limit, current, now, to: &buffer) { return .hit }
            // A flight that began under an older version may have missed what this waiter was told of.
            if let begun = state.flights.context(of: limit), begun != current { state.flights.detach(limit) }
            if state.flights.join(limit, waiter) { return .joined }
            return .start(state.flights.start(limit, current, waiter, shared: true))
        }
    }

    /// Ends a flight with its page, nil when the read failed. Appends who waited to `waiters`: they are given this page.
    func complete(_ flight: FlightID, page: UnsafeRawBufferPointer?, now: Deadline, waiters: inout [Waiter]) {
        state.withLock { state in
            let flight = state.flights.complete(flight, waiters: &waiters)
            guard let page, flight.isAttached, flight.context == version else { return }
            guard limits.detailTTLSeconds > 0, page.count <= limits.maxListPageBytes else { return }
            // A page replaces that of its limit, or any that nobody will be given again, or the oldest.
            let replaced =
                state.pages.firstIndex { $0.limit == flight.key }
                ?? state.pages.firstIndex { $0.version != flight.context || $0.expiry <= now }
                ?? (state.pages.count == Self.maxPages ? 0 : nil)
            if let replaced { state.pages.remove(at: replaced) }
            let expiry = now.jittered(bySeconds: limits.detailTTLSeconds, &state.random)
            state.pages.append(Page(limit: flight.key, version: flight.context, expiry: expiry, body: Array(page)))
        }
    }

    private static func append(
        _ pages: [Page], _ limit: Int, _ version: UInt64, _ now: Deadline, to buffer: inout ByteBuffer
    ) -> Bool {
        guard let index = pages.firstIndex(where: { $0.limit == limit }) else { return false }
        guard pages[index].version == version, pages[index].expiry > now else { return false }
        pages[index].body.withUnsafeBytes { buffer.append($0) }
        return true
    }
}
