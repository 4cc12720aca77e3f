import Reactor

/// Answers by route and status.
struct AnswerCounts: Equatable, Sendable {
    private var counts = [UInt64](repeating: 0, count: RouteLabel.allCases.count * HTTPStatus.allCases.count)

    subscript(_ route: RouteLabel, _ status: HTTPStatus) -> UInt64 {
        get { counts[Self.index(route, status)] }
        set { counts[Self.index(route, status)] = newValue }
    }

    mutating func add(_ other: AnswerCounts) {
        for index in counts.indices { counts[index] &+= other.counts[index] }
    }

    /// Of all routes.
    var total: UInt64 { counts.reduce(0, &+) }

    private static func index(_ route: RouteLabel, _ status: HTTPStatus) -> Int {
        Int(route.rawValue) * HTTPStatus.allCases.count + status.ordinal
    }
}
