import Health
import Metrics
import Reactor

/// The observer thread: sleeps until somebody wants to know how the service is doing, then asks every event loop and
/// puts the answers together. So the loops do nothing but copy their figures, and only when they are asked.
final class Observer {
    /// How long a loop may take to answer.
    private static let answerTimeoutMilliseconds = 1_000

    private let inbox: ObserverInbox
    private let loops: [LoopMailbox]
    private let sources: ObservedSources
    /// nil on the cluster, where the snapshot has it from the workers.
    private let backlog: QueueFileBacklog?
    private var feed = DashboardFeed()
    /// What each loop said last: a counter must not fall because a loop is busy.
    private var last: [LoopFigures]

    init(inbox: ObserverInbox, loops: [LoopMailbox], sources: ObservedSources, backlog: QueueFileBacklog? = nil) {
        self.inbox = inbox
        self.loops = loops
        self.sources = sources
        self.backlog = backlog
        last = loops.map { _ in LoopFigures() }
    }

    /// Until the inbox is closed.
    func run() {
        while true {
            switch inbox.next(until: feed.due) {
            case .scrapes(let scrapes): answer(scrapes)
            case .watched(let isWatched): feed.watched(isWatched, now: .now())
            case .time: break
            case .closed: return
            }
            if feed.due <= .now() { publish() }
        }
    }

    /// The next event for all who look at the dashboard.
    private func publish() {
        let event = feed.event(
            measure(), dependencies: sources.health.dependencies, isDraining: sources.health.isDraining)
        for loop in inbox.watchingLoops { loops[loop].post(.dashboard(event)) }
    }

    /// All who asked get the same bytes.
    private func answer(_ scrapes: [ObserverInbox.Scrape]) {
        var text = MetricsText()
        text.append(measure())
        let bytes = [UInt8](text.bytes)
        for scrape in scrapes { loops[scrape.loop].post(.scraped(ScrapeAnswer(token: scrape.token, text: bytes))) }
    }

    /// Takes a second at most.
    func measure() -> MetricsSnapshot {
        let round = inbox.beginRound()
        let depths = loops.map(\.depth)
        for loop in loops { loop.post(.measure(round)) }
        let answers = inbox.answers(until: .now().advanced(byMilliseconds: Self.answerTimeoutMilliseconds))
        let readings = answers.enumerated().map { index, answer in
            if let answer { last[index] = answer }
            return MetricsSnapshot.Loop(
                mailboxDepth: depths[index], isStalled: answer == nil, figures: last[index])
        }
        var snapshot = MetricsSnapshot(time: .now(), identity: sources.identity, loops: readings)
        sources.fill(&snapshot)
        if let backlog { snapshot.backlog = backlog.read() }
        return snapshot
    }
}

@available(*, unavailable)
extension Observer: Sendable {}
