package import Metrics
import Reactor

/// What an event loop needs to ask the observer.
package struct ObserverAccess: Sendable {
    package let inbox: ObserverInbox
    /// Which loop of the process it is.
    package let loop: Int
    /// False: GET /metrics is 404.
    package var hasMetrics: Bool
    /// False: GET /dashboard and its events are 404.
    package var hasDashboard: Bool

    package init(inbox: ObserverInbox, loop: Int, hasMetrics: Bool, hasDashboard: Bool = true) {
        self.inbox = inbox
        self.loop = loop
        self.hasMetrics = hasMetrics
        self.hasDashboard = hasDashboard
    }
}

/// GET /metrics, as one event loop handles it: the observer puts the answer together.
package final class MetricsAPI {
    private let answers: Answers
    private let access: ObserverAccess

    package init(answers: Answers, access: ObserverAccess) {
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
    package func tell(_ answer: ScrapeAnswer) { answers.send(metrics: answer.text, to: answer.token) }
}
