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

/// Where the answers of reads go: the door of one event loop. Called on reader threads.
protocol ReadAnswerSink: Sendable {
    func deliver(_ answer: ReadAnswer)
}
