package import Cache
package import Orders
package import Queue
package import Reactor
package import Store

/// Resets and seeds of the embedded service: everything is in this process.
package final class EmbeddedAdministration: OrderAdministration {
    /// Between two looks at whether the service stops.
    private static let lookMilliseconds = 50

    private let database: SQLiteOrderStore
    private let cache: MemoryCache
    private let lists: ListCache
    private let board: WorkBoard
    private let inbox: CommitInbox
    private let clock: UUIDv7Clock
    private let isStopping: () -> Bool
    /// That of the last erasure.
    private var reset = OrderVersion.none

    package init(
        database: SQLiteOrderStore, cache: MemoryCache, lists: ListCache, board: WorkBoard, inbox: CommitInbox,
        clock: UUIDv7Clock, isStopping: @escaping () -> Bool
    ) {
        self.database = database
        self.cache = cache
        self.lists = lists
        self.board = board
        self.inbox = inbox
        self.clock = clock
        self.isStopping = isStopping
    }

    package var store: any OrderStore { database }

    package func begin() {}

    package func end() {}

    /// Through the committer before: what it has shown in the cache is announced to the workers then. And behind: the
    /// acknowledgements are durable then, so that a restart doesn't show again what was applied.
    package func drain(until deadline: Deadline) throws(AdminFailure) {
        try passCommitter()
        let newest = board.newestAnnounced()
        while true {
            let now = Deadline.now()
            if board.haveFinished(newest, until: min(deadline, now.advanced(byMilliseconds: Self.lookMilliseconds))) {
                break
            }
            guard !isStopping() else { throw AdminFailure(reason: "the service is shutting down") }
            guard now < deadline else { throw AdminFailure(reason: "the queue was not worked off in time") }
        }
        try passCommitter()
    }

    /// Returns when everything is durable that waited for the committer.
    private func passCommitter() throws(AdminFailure) {
        do throws(SQLiteError) {
            try inbox.setAside([])
        } catch {
            throw AdminFailure(reason: "the queue can't be written: \(error)")
        }
    }

    package func eraseOrders() throws(AdminFailure) {
        do throws(StoreError) {
            reset = try database.removeAllOrders()
        } catch {
            throw AdminFailure(reason: error.description, isUncertain: error.isUncertain)
        }
    }

    package func forgetCaches() {
        cache.forgetOrders(upTo: reset)
        clock.raise(above: reset)
    }

    package func listChanged() { lists.bump() }
}

@available(*, unavailable)
extension EmbeddedAdministration: Sendable {}
