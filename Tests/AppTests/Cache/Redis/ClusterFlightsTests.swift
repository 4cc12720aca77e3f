import Reactor
import Testing

@testable import App
@testable import Cache
@testable import Orders

@Suite struct ClusterFlightsTests {
    private let limits = CacheLimits(maxListPageBytes: 40, maxListBytes: 100)
    private let loops: [LoopMailbox]
    private let flights: ClusterFlights

    init() throws {
        loops = try (0..<2).map { _ in try LoopMailbox() }
        flights = ClusterFlights(pool: ReaderPool(capacity: 10, loops: loops), limits: limits)
    }

    private func waiter(_ ticket: UInt64, loop: UInt16 = 0) -> Waiter { Waiter(loop: loop, ticket: ticket) }

    private func answers(_ loop: Int) -> [ReadAnswer] {
        loops[loop].taken().compactMap { if case .read(let answer) = $0 { answer } else { nil } }
    }

    private func start(_ id: UUID, lease: UInt64? = nil) throws -> FlightID {
        guard case .start(let flight) = flights.join(id, waiter(1), lease: lease) else {
            throw Unexpected()
        }
        return flight
    }

    private struct Unexpected: Error {}

    @Test(
        "Before the query may have begun anybody may wait for it; all get one answer, and one loop what is to be kept")
    func joinEarly() throws {
        let flight = try start(testID(1))
        guard case .joined = flights.join(testID(1), waiter(2, loop: 1), lease: nil) else { throw Unexpected() }
        flights.begin(flight, lease: 77)
        flights.complete(flight, .notFound)
        let (first, second) = (answers(0), answers(1))
        #expect(first.map(\.tickets) == [[1]] && second.map(\.tickets) == [[2]])
        #expect(first.allSatisfy { $0.outcome == .notFound })
        let kept = (first + second).compactMap(\.keep)
        guard kept.count == 1, case .order(testID(1), lease: 77) = kept[0] else { throw Unexpected() }
    }

    @Test(
        "Once it may have begun only those may wait for it who saw its lease: nothing was applied since",
        arguments: [(UInt64?.none, false), (77, true), (78, false)])
    func joinLate(seen: UInt64?, joins: Bool) throws {
        let flight = try start(testID(1))
        flights.begin(flight, lease: 77)
        switch flights.join(testID(1), waiter(2), lease: seen) {
        case .joined: #expect(joins)
        case .alone(let own):
            #expect(!joins)
            flights.complete(own, .failed)
            // Of its own read nothing is kept.
            #expect(answers(0).allSatisfy { $0.keep == nil && $0.tickets == [2] })
        case .start: throw Unexpected()
        }
        flights.complete(flight, .failed)
    }

    @Test("A read without a lease is joined by nobody once it has begun, and nothing of it is kept")
    func withoutLease() throws {
        let flight = try start(testID(1))
        flights.begin(flight, lease: 0)
        guard case .alone(let own) = flights.join(testID(1), waiter(2), lease: 0) else { throw Unexpected() }
        flights.complete(own, .notFound)
        flights.complete(flight, .notFound)
        let all = answers(0)
        #expect(all.count == 2 && all.allSatisfy { $0.keep == nil })
    }

    @Test("Concurrent misses of one page of one version make one query; another version makes its own")
    func pages() throws {
        let flight = try started(flights.joinPage(try page("7"), waiter(1)))
        #expect(isJoined(flights.joinPage(try page("7"), waiter(2))))
        let other = try started(flights.joinPage(try page("8"), waiter(3)))
        flights.complete(flight, page: UnsafeRawBufferPointer(start: nil, count: 0))
        flights.complete(other, page: nil)
        let all = answers(0)
        #expect(all.map(\.tickets) == [[1, 2], [3]] && all.map(\.outcome) == [.page, .failed])
        // A failed read is not kept.
        #expect(all[0].keep != nil && all[1].keep == nil)
    }

    @Test("Pages that differ in their length, cursor or status are read apart")
    func differentPages() throws {
        for query in ["", "limit=5", "after=7", "status=paid", "limit=5&after=7&status=paid"] {
            _ = try started(flights.joinPage(try page("7", query), waiter(1)))
            #expect(isJoined(flights.joinPage(try page("7", query), waiter(2))))
        }
    }

    /// Reads one page of so many bytes; whether a loop is told to keep it.
    private func isKept(_ query: String, bytes: Int) throws -> Bool {
        let flight = try started(flights.joinPage(try page("7", query), waiter(1)))
        let body = [UInt8](repeating: 0, count: bytes)
        body.withUnsafeBytes { flights.complete(flight, page: $0) }
        return answers(0).contains { $0.keep != nil }
    }

    @Test("A flood of cursors puts only so much into Redis, and leaves first pages their share; none is over the limit")
    func budget() throws {
        #expect(try !isKept("", bytes: 41))
        for cursor in 1...3 {
            let query = "after=\(cursor)"
            #expect(try isKept(query, bytes: 40) == (cursor < 3))
        }
        #expect(try isKept("status=paid", bytes: 20) && !isKept("status=new", bytes: 1))
        #expect(try isKept("", bytes: 40) && isKept("limit=7", bytes: 40) && !isKept("limit=8", bytes: 40))
    }

    @Test("Who misses a page while it is on its way into Redis gets it at once; of another version he reads it himself")
    func onItsWay() throws {
        let flight = try started(flights.joinPage(try page("7"), waiter(1)))
        let body: [UInt8] = [1, 2, 3]
        body.withUnsafeBytes { flights.complete(flight, page: $0) }
        guard case .hit([1, 2, 3]) = flights.joinPage(try page("7"), waiter(2)) else { throw Unexpected() }
        _ = try started(flights.joinPage(try page("7", "limit=5"), waiter(3)))
        _ = try started(flights.joinPage(try page("8"), waiter(4)))
        #expect(answers(0).map(\.tickets) == [[1]])
    }

    private func started(_ result: ClusterFlights.PageJoinResult) throws -> FlightID {
        guard case .start(let flight) = result else { throw Unexpected() }
        return flight
    }

    private func isJoined(_ result: ClusterFlights.PageJoinResult) -> Bool {
        if case .joined = result { true } else { false }
    }

    private func page(_ version: String, _ query: String = "") throws -> ClusterFlights.Page {
        ClusterFlights.Page(version: Array(version.utf8), query: try ListQuery(text: query))
    }
}
