package import Health
package import Metrics
package import Reactor

/// GET /dashboard and its event stream, as one event loop serves them: the observer makes the events, the same for
/// all who look.
package final class DashboardAPI {
    /// Who looks by way of one loop.
    static let maximumViewers = 64
    /// For how long an event tells a new viewer something.
    private static let freshMilliseconds = 1_500
    /// How soon a browser comes back whose stream was cut (HTML standard, section 9.2.6).
    private static let firstLine: StaticString = "retry: 2000\n\n"

    private let answers: Answers
    private let access: ObserverAccess
    private let health: Health
    private var viewers: [ResponseToken] = []
    /// While somebody looks.
    private var last: DashboardEvent?

    package init(answers: Answers, access: ObserverAccess, health: Health) {
        self.answers = answers
        self.access = access
        self.health = health
    }

    /// Whether there is one: otherwise its paths lead nowhere.
    var isOn: Bool { access.hasDashboard }

    /// The page.
    func sendPage(_ token: ResponseToken) {
        answers.send(page: DashboardPage.html, lines: DashboardPage.securityLines, to: token)
    }

    /// The stream of events.
    package func watch(_ token: ResponseToken, now: Deadline) {
        // A browser would begin anew on a stream that ends at once.
        if health.isDraining { return answers.fail(.serviceUnavailable, "shutting down", to: token) }
        forgetGone()
        guard viewers.count < Self.maximumViewers else {
            return answers.shed(.dashboard, "too many look at the dashboard", to: token)
        }
        guard answers.beginEvents(Self.firstLine, to: token) else { return }
        if let last, now < last.time.advanced(byMilliseconds: Self.freshMilliseconds) {
            guard answers.append(last.bytes, to: token) else { return }
        }
        viewers.append(token)
        if viewers.count == 1 { access.inbox.watch(loop: access.loop) }
    }

    /// From the observer, once a second while somebody looks.
    package func publish(_ event: DashboardEvent) {
        last = event
        viewers.removeAll { !answers.append(event.bytes, to: $0) }
        if viewers.isEmpty { stop() }
    }

    private func forgetGone() { viewers.removeAll { !answers.isOpen($0) } }

    private func stop() {
        last = nil
        access.inbox.unwatch(loop: access.loop)
    }
}
