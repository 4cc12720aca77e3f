import API
import Cache
import Health
import Metrics
import Reactor

/// One event loop of the API with everything that lives on it. Made and run on its own thread.
final class APILoop: EventHandler, TimerHandler {
    /// Together with the budget this outpaces any rate at which entries can expire, in steps of some 50 microseconds.
    private static let sweepIntervalMilliseconds = 50
    private static let sweepBudget = 4096

    private let loop: EventLoop
    private let service: any OrderService
    private let answers: Answers
    private let admin: AdminAPI
    private let metrics: MetricsAPI
    private let dashboard: DashboardAPI
    private let observer: ObserverAccess
    private let server: HTTPServer
    private let mailbox: Mailbox<LoopMessage>
    private var messages: [LoopMessage] = []
    private let cacheToSweep: MemoryCache?

    /// `makeService` is called once, with the loop and its answers; `cacheToSweep` is for one loop of all. `access`
    /// leads to the admin thread, `observer` to the observer.
    ///
    /// Throws when the process is out of descriptors.
    init(
        listener: consuming Listener, mailbox: LoopMailbox, limits: HTTPServerLimits,
        accessLog: AccessLogDestination? = nil, cors: CORSPolicy, health: Health, access: AdminAccess,
        observer: ObserverAccess,
        cacheToSweep: MemoryCache? = nil,
        makeService: (EventLoop, Answers) throws(SystemError) -> any OrderService
    ) throws(SystemError) {
        let loop = try EventLoop()
        answers = Answers(cors: cors, metrics: LoopMetrics(routeNames: RouteLabel.names))
        service = try makeService(loop, answers)
        admin = AdminAPI(answers: answers, access: access)
        metrics = MetricsAPI(answers: answers, access: observer)
        dashboard = DashboardAPI(answers: answers, access: observer, health: health)
        self.observer = observer
        // What the turn gathered leaves first: others start on it while this loop still sends answers.
        loop.add(flushHook: service)
        server = try HTTPServer(
            loop: loop, listener: listener, limits: limits,
            handler: OrderAPI(
                service: service, answers: answers, admin: admin, metrics: metrics, dashboard: dashboard, health: health
            ),
            accessLog: accessLog
        ) { [unowned loop] in loop.stop() }
        answers.attach(server)
        self.loop = loop
        self.mailbox = mailbox.mailbox
        self.cacheToSweep = cacheToSweep
        _ = try loop.register(mailbox.mailbox.descriptor, .read, self)
        if cacheToSweep != nil { loop.schedule(afterMilliseconds: Self.sweepIntervalMilliseconds, self) }
    }

    /// Until it has drained, or was told to stop.
    ///
    /// - Returns: how many clients were cut off.
    @discardableResult
    func run() -> Int {
        loop.observeTurns(answers.metrics)
        loop.run()
        observer.inbox.ended(loop: observer.loop, reading())
        // What the last turn left: answers of a loop that was told to stop, lines of the access log.
        server.flush()
        answers.detach()
        return server.connectionCount
    }

    private func reading() -> LoopFigures {
        var figures = answers.metrics.reading(now: loop.now)
        figures.connections = server.connectionCount
        figures.inFlight = service.inFlight
        figures.redisConnections = service.isRedisConnected.map { $0 ? 1 : 0 }
        figures.shed[Int(ShedReason.connections.rawValue)] = server.refusedConnections
        return figures
    }

    func descriptorReady(_ ready: Readiness) {
        mailbox.drain(into: &messages)
        for message in messages {
            switch message {
            case .settled(let batches):
                for batch in batches { service.settled(batch) }
            case .read(let answer): service.read(answer)
            case .administered(let answer): admin.tell(answer)
            case .measure(let round): observer.inbox.answer(round, loop: observer.loop, reading())
            case .scraped(let answer): metrics.tell(answer)
            case .open: server.open()
            case .announceClose: server.announceClose()
            case .dashboard(let event): dashboard.publish(event)
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
