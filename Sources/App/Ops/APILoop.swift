import Reactor

/// One event loop of the API with everything that lives on it. Made and run on its own thread.
final class APILoop: EventHandler {
    private let loop: EventLoop
    private let api: OrderAPI
    private let server: HTTPServer
    private let mailbox: Mailbox<LoopMessage>
    private var messages: [LoopMessage] = []

    /// Throws when the process is out of descriptors.
    init(
        index: Int, listener: consuming Listener, mailbox: LoopMailbox, limits: HTTPServerLimits,
        shared: OrderAPI.Shared, inbox: CommitInbox, partitions: Int, clock: UUIDv7Clock
    ) throws(SystemError) {
        let loop = try EventLoop()
        let ingest = Ingest(
            loop: index, inbox: inbox, partitions: partitions, clock: clock,
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
        _ = try loop.register(mailbox.mailbox.descriptor, .read, self)
    }

    /// Until it has drained, or was told to stop.
    func run() { loop.run() }

    func descriptorReady(_ ready: Readiness) {
        mailbox.drain(into: &messages)
        for message in messages {
            switch message {
            case .settled(let batch): api.settled(batch, server)
            case .read(let answer): api.read(answer, server)
            case .drain: server.drain()
            case .stop: loop.stop()
            }
        }
        messages.removeAll(keepingCapacity: true)
    }
}
