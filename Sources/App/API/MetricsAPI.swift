import Reactor

/// What an event loop needs to ask the observer.
struct ObserverAccess: Sendable {
    let inbox: ObserverInbox
    /// Which loop of the process it is.
    let loop: Int
    /// False: GET /metrics is 404.
    var hasMetrics: Bool
    /// False: GET /dashboard and its events are 404.
    var hasDashboard = true
}

/// GET /metrics, as one event loop handles it: the observer puts the answer together.
final class MetricsAPI {
    private let answers: Answers
    private let access: ObserverAccess

    init(answers: Answers, access: ObserverAccess) {
        self.answers = answers
        self.access = access
    }

    func send(_ token: ResponseToken) {
        guard access.hasMetrics else { return answers.fail(.notFound, "no such resource", to: token) }
        guard access.inbox.submit(ObserverInbox.Scrape(loop: access.loop, token: token)) else {
            return answers.shed(.metrics, "too many ask for the metrics", to: token)
        }
    }

    /// The observer has put the metrics together.
    func tell(_ answer: ScrapeAnswer) { answers.send(metrics: answer.text, to: answer.token) }
}
