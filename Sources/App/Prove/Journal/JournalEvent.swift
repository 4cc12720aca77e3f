import Orders

/// What happened to an order of a run, as the journal keeps it and the ledger counts it. Orders are numbered, and so
/// are the writes to an order; number 0 is its creation.
enum JournalEvent: Equatable, Sendable {
    /// The first: the name of the run.
    case run(String)
    /// A POST is about to be sent, or to be sent again with the same idempotency key.
    case creating(order: Int, isKeyed: Bool)
    /// A POST was acknowledged.
    case created(order: Int, id: UUID)
    /// A POST that was acknowledged is about to be sent once more, with the same key.
    case repeating(order: Int)
    /// A PATCH or DELETE is about to be sent.
    case writing(order: Int, write: Int, Change)
    case acknowledged(order: Int, write: Int)
    /// The service said that nothing was stored, or the request was never sent.
    case refused(order: Int, write: Int)
    case unknown(order: Int, write: Int, UnknownFate)
    /// A read showed a write that was not acknowledged by then, or that the order is gone.
    case seen(order: Int, write: Int, isGone: Bool)
    /// An order whose POST was not answered is in the list.
    case found(order: Int, id: UUID)
    /// No more writes follow but the retries of keyed POSTs.
    case ended
}

/// What a write does to an order.
enum Change: String, Sendable {
    case create, patch, delete
}

/// Why nobody knows what became of a write.
enum UnknownFate: String, Sendable {
    /// The service said that it doesn't know, or the connection ended: the request is not under way any more, so it
    /// counts as older than all that is sent later.
    case over
    /// No answer came in time, or a proxy gave up: the request may still lie somewhere, and rightly be taken later.
    case open
}

/// One line of the journal.
struct JournalLine: Equatable, Sendable {
    /// Since the run began.
    var milliseconds: Int
    var event: JournalEvent

    init(_ milliseconds: Int, _ event: JournalEvent) {
        self.milliseconds = milliseconds
        self.event = event
    }
}
