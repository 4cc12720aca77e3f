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

    private struct Unexpected: Error {}

    private func found(_ flight: FlightID, _ text: String, _ version: OrderVersion) {
        Array(text.utf8).withUnsafeBytes {
            flights.complete(
                flight, .found(order: $0, status: ByteRange(start: 0, count: 1), version: version))
        }
    }

    @Test(
        "Whoever misses an order while it is read waits for that; all get one answer, and one loop what is to be kept")
    func join() throws {
        let began = Deadline(nanoseconds: 7)
        let flight = try #require(flights.join(testID(1), waiter(1), now: began))
        #expect(flights.join(testID(1), waiter(2, loop: 1), now: Deadline(nanoseconds: 8)) == nil)
        #expect(flights.join(testID(1), waiter(3), now: Deadline(nanoseconds: 9)) == nil)
        let version = OrderVersion(number: 77)
        found(flight, "{}", version)
        let (first, second) = (answers(0), answers(1))
        #expect(first.map(\.tickets) == [[1, 3]] && second.map(\.tickets) == [[2]])
        for answer in first + second {
            guard case .order(let order) = answer.outcome else { throw Unexpected() }
            #expect(order.version == version && !order.isDeleting && answer.body == Array("{}".utf8))
        }
        let kept = (first + second).compactMap(\.keep)
        // From when the query began: what it found may be as old.
        guard kept.count == 1, case .order(testID(1), version, began: began) = kept[0] else { throw Unexpected() }
    }

    @Test("What is over is joined by nobody, and neither are other orders' reads")
    func apart() throws {
        let flight = try #require(flights.join(testID(1), waiter(1), now: .now()))
        let other = try #require(flights.join(testID(2), waiter(2), now: .now()))
        flights.complete(flight, .failed)
        let again = try #require(flights.join(testID(1), waiter(3), now: .now()))
        for flight in [other, again] { flights.complete(flight, .failed) }
        let all = answers(0)
        #expect(all.map(\.tickets) == [[1], [2], [3]] && all.allSatisfy { $0.outcome == .failed && $0.keep == nil })
    }

    @Test("A read that begins for one question alone is joined by nobody, and nothing of it is kept")
    func alone() throws {
        let own = flights.startAlone(testID(1), waiter(1))
        let flight = try #require(flights.join(testID(1), waiter(2), now: .now()))
        found(own, "{}", .none)
        found(flight, "{}", .none)
        let all = answers(0)
        #expect(all.map(\.tickets) == [[1], [2]] && all.map { $0.keep != nil } == [false, true])
    }

    @Test("Of an order that is not there nothing is kept; those who wait learn since when")
    func missing() throws {
        let flight = try #require(flights.join(testID(1), waiter(1), now: .now()))
        flights.complete(flight, .missing(since: OrderVersion(number: 5)))
        let all = answers(0)
        #expect(all.map(\.outcome) == [.missing(since: OrderVersion(number: 5))] && all.allSatisfy { $0.keep == nil })
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
