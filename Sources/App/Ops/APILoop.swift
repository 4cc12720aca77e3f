import Reactor

/// One event loop of the API with everything that lives on it. Made and run on its own thread.
final class APILoop: EventHandler, TimerHandler {
    /// Together with the budget this outpaces any rate at which entries can expire, in steps of some 50 microseconds.
    private static let sweepIntervalMilliseconds = 50
    private static let sweepBudget = 4096

    private let loop: EventLoop
    private let api: OrderAPI
    private let server: HTTPServer
    private let mailbox: Mailbox<LoopMessage>
    private var messages: [LoopMessage] = []
    private let cacheToSweep: MemoryCache?

    /// Throws when the process is out of descriptors.
    init(
        index: Int, listener: consuming Listener, mailbox: LoopMailbox, limits: HTTPServerLimits,
        shared: OrderAPI.Shared, inbox: CommitInbox, partitions: Int, clock: UUIDv7Clock
    ) throws(SystemError) {
        let loop = try EventLoop()
        let ingest = Ingest(
            loop: index, inbox: inbox, cache: shared.cache, partitions: partitions, clock: clock,
            maximumBodyBytes: limits.http.bodyBytes)
        let api = OrderAPI(loop: loop, index: index, ingest: ingest, shared: shared)
        // The batch leaves first: the committer starts on it while this loop still sends answers.
        loop.add(flushHook: ingest)
        server = try HTTPServer(loop: loop, listener: listener, limits: limits, handler: api) { [unowned loop] in
            loop.stop()
        }
        self.loop = loop
        self.api = api
        self.mailbox = mailbox.mailbox
        // One loop does it for all: the cache is shared.
        cacheToSweep = index == 0 ? shared.cache : nil
        _ = try loop.register(mailbox.mailbox.descriptor, .read, self)
        if cacheToSweep != nil { loop.schedule(afterMilliseconds: Self.sweepIntervalMilliseconds, self) }
    }

    /// Until it has drained, or was told to stop.
    func run() { loop.run() }

    func descriptorReady(_ ready: Readiness) {
        mailbox.drain(into: &messages)
        for message in messages {
            switch message {
            case .settled(let batches):
                for batch in batches { api.settled(batch, server) }
            case .read(let answer): api.read(answer, server)
            case .drain: server.drain()
            case .stop: loop.stop()
            }
        }
        messages.removeAll(keepingCapacity: true)
    }

    func timerFired(_ timer: TimerID) {
        cacheToSweep?.sweep(now: loop.now, budget: Self.sweepBudget)
        loop.schedule(afterMilliseconds: Self.sweepIntervalMilliseconds, self)
    }
}
