import Reactor

extension MetricsText {
    mutating func append(_ snapshot: MetricsSnapshot) { append(requests: snapshot.total) }

    private mutating func append(requests figures: LoopFigures) {
        begin("http_requests_total", .counter, "Requests that were answered, by route and status.")
        for route in RouteLabel.allCases {
            for status in HTTPStatus.allCases where figures.answers[route, status] > 0 {
                sample(
                    figures.answers[route, status], ("route", route.name.description),
                    ("status", "\(status.rawValue)"))
            }
        }
    }
}
