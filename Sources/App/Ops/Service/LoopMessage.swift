import Admin
import Cache
import Metrics
import Queue
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
