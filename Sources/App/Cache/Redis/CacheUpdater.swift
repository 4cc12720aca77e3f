package import Health
package import Logging
package import Reactor

/// Tells Redis what the workers applied: one thread with an event loop and a connection of its own, for all workers.
///
/// While Redis can't be reached, what is to be repaired waits here and goes first when it can again; the workers go on.
package final class CacheUpdater: CacheRepair {
    enum Message: Sendable {
        case repair(RepairRequest)
        case stop
    }

    /// Far more than there can be: each worker waits until its own repair is done.
    private static let mailboxCapacity = 4096

    private let mailbox: Mailbox<Message>
    private let thread: Thread

    /// `reporter` is nil where event loops report how the cache is. Throws when the process is out of descriptors.
    package init(
        endpoint: RedisEndpoint, fence: RedisFence, ttlSeconds: Int, reporter: DependencyReporter?, logger: Logger
    ) throws(SystemError) {
        let mailbox = try Mailbox<Message>(capacity: Self.mailboxCapacity)
        self.mailbox = mailbox
        thread = Thread(name: "cache-updater") {
            do {
                try CacheUpdaterLoop(
                    mailbox: mailbox, endpoint: endpoint, fence: fence, ttlSeconds: ttlSeconds, reporter: reporter,
                    logger: logger
                ).run()
            } catch {
                fatalError("the cache keeper can't start: \(error)")
            }
        }
    }

    package func repair(_ writes: [AppliedWrite], listChanged: Bool) {
        guard !writes.isEmpty || listChanged else { return }
        let request = RepairRequest(writes: writes, listChanged: listChanged)
        let taken = mailbox.post(.repair(request))
        precondition(taken, "more repairs than workers")
        request.wait()
    }

    /// Ends the thread, after the workers have ended.
    package func stop() {
        _ = mailbox.post(.stop)
        thread.join()
    }
}

/// With CACHE_DISABLED there is no cache to repair.
package struct NoCache: CacheRepair {

    package init() {}
    package func repair(_ writes: [AppliedWrite], listChanged: Bool) {}
}
