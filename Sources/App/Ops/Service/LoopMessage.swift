import Reactor

/// What other threads tell an event loop.
enum LoopMessage: Sendable {
    /// The committer has decided about these batches; the loop has them back.
    case settled([WriteBatch])
    /// A reader has read the database.
    case read(ReadAnswer)
    /// A reset or a seed has ended.
    case administered(AdminAnswer)
    /// The observer asks for the loop's figures, by a question of this number.
    case measure(UInt64)
    /// The observer has put the metrics together.
    case scraped(ScrapeAnswer)
    /// Let clients in.
    case open
    /// Take everything still, and close each connection behind its answer.
    case announceClose
    /// What the viewers of the dashboard are shown next.
    case dashboard(DashboardEvent)
    /// Finish what is under way and take no more.
    case drain
    /// The grace period is over: stop now.
    case stop
}

/// The result of one read for those who waited for it on one loop.
struct ReadAnswer: Sendable {
    var tickets: [UInt64]
    var outcome: ReadOutcome
    /// The order's or the page's JSON where it was found; shared by all who waited.
    var body: [UInt8]
    /// Whether this loop has something to put into Redis, or to give back there; one loop of all that waited.
    var keep: Keep?

    enum Keep: Sendable {
        case order(UUID, lease: UInt64)
        case page(ClusterFlights.Page)
    }
}

enum ReadOutcome: Equatable, Sendable {
    case order(CachedOrder)
    case page
    /// What the database has recorded under an idempotency key.
    case key(StoredKey?)
    case notFound
    case failed
}

/// The door of one event loop.
///
/// Its capacity is above what can be under way at all: every batch and every read that is answered was counted in by the
/// same loop before, so a full mailbox is a bug.
struct LoopMailbox: Sendable {
    let mailbox: Mailbox<LoopMessage>

    init() throws(SystemError) { mailbox = try Mailbox(capacity: 1 << 20) }

    /// Messages that the loop has not taken yet.
    var depth: Int { mailbox.count }

    func post(_ message: LoopMessage) {
        let taken = mailbox.post(message)
        precondition(taken, "a loop's mailbox is full")
    }
}
