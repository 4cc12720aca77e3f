import Reactor

/// The observer thread: sleeps until somebody wants to know how the service is doing, then asks every event loop and puts
/// the answers together. So the loops do nothing but copy their figures, and only when they are asked.
final class Observer {
    /// How long a loop may take to answer.
    private static let patienceMilliseconds = 1_000

    private let inbox: ObserverInbox
    private let loops: [LoopMailbox]
    /// What each loop said last: a counter must not fall because a loop is busy.
    private var last: [LoopFigures]

    init(inbox: ObserverInbox, loops: [LoopMailbox]) {
        self.inbox = inbox
        self.loops = loops
        last = loops.map { _ in LoopFigures() }
    }

    /// Until the inbox is closed.
    func run() {
        while true {
            switch inbox.next() {
            case .scrapes(let scrapes): answer(scrapes)
            case .time: continue
            case .closed: return
            }
        }
    }

    /// All who asked get the same bytes.
    private func answer(_ scrapes: [ObserverInbox.Scrape]) {
        let snapshot = measure()
        var text = MetricsText()
        text.append(snapshot)
        let bytes = [UInt8](text.bytes)
        for scrape in scrapes { loops[scrape.loop].post(.scraped(ScrapeAnswer(token: scrape.token, text: bytes))) }
    }

    func measure() -> MetricsSnapshot {
        let round = inbox.beginRound()
        let depths = loops.map(\.depth)
        for loop in loops { loop.post(.measure(round)) }
        let answers = inbox.answers(until: .now().advanced(byMilliseconds: Self.patienceMilliseconds))
        let readings = answers.enumerated().map { index, answer in
            if let answer { last[index] = answer }
            return MetricsSnapshot.Loop(
                mailboxDepth: depths[index], isStalled: answer == nil, figures: last[index])
        }
        return MetricsSnapshot(time: .now(), loops: readings)
    }
}

@available(*, unavailable)
extension Observer: Sendable {}
