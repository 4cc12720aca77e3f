import Testing

@testable import Metrics
@testable import Reactor

/// Milliseconds from an arbitrary start.
private func at(_ milliseconds: Int) -> Deadline {
    Deadline(nanoseconds: 1 << 40).advanced(byMilliseconds: milliseconds)
}

@Suite("LoopMetrics") struct LoopMetricsTests {
    private let metrics = LoopMetrics(routeNames: ["unreadable", "POST /x", "GET /x"])
    private let post = RouteLabel(number: 1)
    private let get = RouteLabel(number: 2)

    /// The token of a request of this route that began at that time.
    private func token(_ route: RouteLabel, began: Deadline) -> ResponseToken {
        var token = ResponseToken(descriptor: 3, generation: 1, sequence: 0, traits: [])
        token.kind = route.number
        token.beganMicroseconds = UInt32(truncatingIfNeeded: began.nanoseconds / 1_000)
        return token
    }

    @Test("Answers are counted by route and status, and their latency ends with the turn")
    func answers() {
        for _ in 0..<3 { metrics.answered(token(post, began: at(0)), .accepted) }
        metrics.answered(token(get, began: at(4)), .ok)
        metrics.answered(token(post, began: at(0)), .accepted)
        metrics.answered(token(post, began: at(0)), .badRequest)
        #expect(metrics.reading(now: at(5)).allLatencies.count == 0, "before the end of the turn")
        metrics.turnEnded(began: at(4), ended: at(5))
        metrics.answered(token(post, began: at(5)), .accepted)
        metrics.turnEnded(began: at(5), ended: at(7))

        let figures = metrics.reading(now: at(7))
        #expect(figures.routes.map(\.name) == ["unreadable", "POST /x", "GET /x"])
        let (posts, gets) = (figures.routes[1], figures.routes[2])
        #expect(posts.answers(.accepted) == 5 && posts.answers(.badRequest) == 1 && posts.answers(.ok) == 0)
        #expect(gets.answers(.ok) == 1)
        #expect(posts.latency.count == 6 && posts.latency.sum == 5 * 5_000 + 2_000)
        #expect(gets.latency.sum == 1_000 && figures.routes[0].latency.count == 0)
        #expect(figures.allLatencies.count == 7)
    }

    @Test("A request that began before the clock of 32 bits came round has its true latency")
    func comesRound() {
        let began = Deadline(nanoseconds: (1 << 32) * 1_000 - 1_000_000)
        metrics.answered(token(get, began: began), .ok)
        metrics.turnEnded(began: began, ended: began.advanced(byMilliseconds: 3))
        #expect(metrics.reading(now: began).routes[2].latency.sum == 3_000)
    }

    @Test("Turns of more than fifty milliseconds are stalls; the longest turn is forgotten after a minute or two")
    func turns() {
        metrics.turnEnded(began: at(0), ended: at(50))
        #expect(metrics.reading(now: at(50)).stalledNanoseconds == 0)
        metrics.turnEnded(began: at(60), ended: at(180))
        metrics.turnEnded(began: at(200), ended: at(201))
        let figures = metrics.reading(now: at(300))
        #expect(figures.stalledNanoseconds == 120_000_000 && figures.longestTurnNanoseconds == 120_000_000)
        #expect(metrics.reading(now: at(60_300)).longestTurnNanoseconds == 120_000_000)
        #expect(metrics.reading(now: at(200_000)).longestTurnNanoseconds == 0)
        #expect(metrics.reading(now: at(200_000)).stalledNanoseconds == 120_000_000)
    }

    @Test("Figures of loops add up")
    func sum() {
        metrics.shed(.reads)
        metrics.readOrder(from: .pending)
        metrics.readList(from: .database)
        metrics.settled(WriteCounts(created: 2, updated: 1, refused: 4))
        metrics.answered(token(get, began: at(0)), .ok)
        metrics.turnEnded(began: at(0), ended: at(1))
        var one = metrics.reading(now: at(0))
        one.connections = 3
        one.redisConnections = 1
        var sum = LoopFigures()
        for _ in 0..<2 { sum.add(one) }
        #expect(sum.shed(.reads) == 2 && sum.shed(.queue) == 0)
        #expect(sum.orderReads == CacheReads(pending: 2) && sum.listReads == CacheReads(database: 2))
        #expect(sum.writes == WriteCounts(created: 4, updated: 2, refused: 8) && sum.writes.accepted == 6)
        #expect(sum.routes.map(\.name) == one.routes.map(\.name))
        #expect(sum.routes[2].answers(.ok) == 2 && sum.routes[2].latency.sum == 2_000)
        #expect(sum.connections == 6 && sum.redisConnections == 2)
    }

    @Test("Every status has a place of its own")
    func ordinals() {
        #expect(HTTPStatus.allCases.map(\.ordinal) == Array(HTTPStatus.allCases.indices))
    }
}

extension LoopMetrics {
    /// As the API tells it.
    fileprivate func answered(_ token: ResponseToken, _ status: HTTPStatus) {
        answered(beganMicroseconds: token.beganMicroseconds, route: token.kind, status: status.ordinal)
    }
}
