import Reactor

/// What one event loop, or all of them, answered to the requests of one route.
package struct RouteFigures: Sendable {
    /// Of one request: the longest that is told apart.
    static let longestMicroseconds: UInt64 = 60_000_000

    /// As the label of a metric: free of characters that would need an escape.
    let name: String
    /// By `HTTPStatus.ordinal`.
    private var answers = [UInt64](repeating: 0, count: HTTPStatus.allCases.count)
    /// Microseconds.
    private(set) var latency = ValueHistogram(upTo: RouteFigures.longestMicroseconds)

    init(name: String) { self.name = name }

    func answers(_ status: HTTPStatus) -> UInt64 { answers[status.ordinal] }

    /// Counts `times` answers of this status, each of which took `microseconds`.
    mutating func record(_ status: HTTPStatus, microseconds: UInt64, times: UInt64 = 1) {
        answers[status.ordinal] &+= times
        latency.record(microseconds, times: times)
    }

    mutating func add(_ other: RouteFigures) {
        for index in answers.indices { answers[index] &+= other.answers[index] }
        latency.add(other.latency)
    }
}
