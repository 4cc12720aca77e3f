import Logging
import Reactor

/// The parts of the embedded service that its threads share, and the threads themselves.
struct EmbeddedParts: ServiceParts, Sendable {
    let loops: [LoopMailbox]

    private let configuration: Configuration
    private let databasePath: String
    private let logger: Logger
    private let accessLog: AccessLogDestination?
    private let health: Health
    private let store: SQLiteOrderStore
    private let queue: EmbeddedQueueFile
    private let cache: MemoryCache
    private let lists: ListCache
    private let claims = ClaimTable()
    private let board: WorkBoard
    private let readers: ReaderPool
    private let inbox = CommitInbox()
    private let adminInbox = AdminInbox()
    private let observerInbox: ObserverInbox
    private let workerMetrics: WorkerMetrics
    private let commitMetrics = CommitMetrics()
    private let startedAtMilliseconds = WallClock.nanoseconds() / 1_000_000
    private let clock = UUIDv7Clock()

    /// Opens the files and shows what the queue still holds; no thread runs yet.
    init(_ process: ServiceProcess) throws {
        configuration = process.configuration
        logger = process.logger
        accessLog = process.accessLog
        health = process.health
        guard case .sqlite(let path) = configuration.database else {
            throw SettingError(
                name: "DATABASE_URL", value: "\(configuration.database)",
                expected: "sqlite:///path.db with --embedded, or no --embedded")
        }
        databasePath = path
        store = try SQLiteOrderStore(path: path)
        queue = try EmbeddedQueueFile.open(path: configuration.queuePath, partitions: configuration.workerCount)
        cache = MemoryCache(limits: configuration.cache)
        lists = ListCache(limits: configuration.cache)
        board = WorkBoard(workers: configuration.workerCount, partitions: queue.partitions)
        let waiting = try PendingWrites.restore(
            from: queue.makeReader(), partitions: queue.partitions, into: cache, claims,
            counting: commitMetrics)
        for (partition, sequence) in waiting.enumerated() { board.announce(partition: partition, sequence: sequence) }
        loops = try (0..<configuration.apiWorkers).map { _ in try LoopMailbox() }
        observerInbox = ObserverInbox(loops: loops.count)
        workerMetrics = WorkerMetrics(workers: configuration.workerCount)
        readers = ReaderPool(capacity: configuration.maxPendingReads, loops: loops)
        logger.notice(
            "storage is open",
            metadata: [
                "database": "\(path)", "queue": "\(configuration.queuePath)",
                "partitions": "\(queue.partitions)", "waiting_writes": "\(cache.pendingCount)",
            ])
        Doctor(database: configuration.database, cluster: nil).report(to: logger)
    }

    /// The committer, the workers and the readers, in the order in which they are to be stopped.
    struct BackgroundThreads {
        var readers: [Thread] = []
        var workers: [Thread] = []
        var admin: Thread
        var observer: Thread
        var committer: Thread
    }

    func startBackgroundThreads() throws -> BackgroundThreads {
        // Connections are opened here, so that what can't be opened stops the start.
        let committer = Confined(
            Committer(
                inbox: inbox, queue: try queue.makeWriter(), partitions: queue.partitions, cache: cache,
                workers: board, loops: loops, health: health,
                packer: MessagePacker(
                    jobsPerMessage: configuration.jobsPerMessage, ids: UUIDv7Generator(clock: clock)),
                metrics: commitMetrics))
        var threads = BackgroundThreads(
            admin: startAdmin(), observer: try startObserver(),
            committer: Thread(name: "committer") { committer.value.run() })
        for index in 0..<configuration.workerCount {
            let worker = Confined(
                Worker(
                    index: index, board: board, queue: try queue.makeReader(), store: store, cache: cache,
                    lists: lists, claims: claims, inbox: inbox, health: health, settings: configuration.worker,
                    logger: logger, metrics: workerMetrics, commits: commitMetrics))
            threads.workers.append(Thread(name: "worker-\(index)") { worker.value.run() })
        }
        for index in 0..<configuration.apiThreads {
            let reader = Confined(
                Reader(
                    pool: readers, database: try SQLiteOrderReader(path: databasePath),
                    completion: MemoryReads(cache: cache, lists: lists, pool: readers), health: health))
            threads.readers.append(Thread(name: "reader-\(index)") { reader.value.run() })
        }
        return threads
    }

    private func startAdmin() -> Thread {
        let administration = EmbeddedAdministration(
            database: store, cache: cache, lists: lists, board: board, inbox: inbox
        ) { [health] in health.isStopping }
        let tasks = Confined(
            AdminTasks(
                inbox: adminInbox, loops: loops, orders: administration, clock: clock, health: health, logger: logger))
        return Thread(name: "admin") { tasks.value.run() }
    }

    private func startObserver() throws -> Thread {
        let backlog = QueueFileBacklog(board: board, commits: commitMetrics, queue: try queue.makeReader())
        let parts = ObservedParts(
            identity: .init(version: Spillway.version, mode: "embedded", startedAtMilliseconds: startedAtMilliseconds),
            health: health,
            readers: readers, workers: workerMetrics, commits: commitMetrics)
        let observer = Confined(Observer(inbox: observerInbox, loops: loops, parts: parts, backlog: backlog))
        return Thread(name: "observer") { observer.value.run() }
    }

    /// Nobody here waits for a server that might not answer.
    func refuse() {}

    func stop(_ threads: BackgroundThreads) {
        readers.close()
        adminInbox.close()
        observerInbox.close()
        board.stop()
        for thread in threads.readers + threads.workers { thread.join() }
        threads.admin.join()
        threads.observer.join()
        // The last acknowledgements are in the inbox now.
        inbox.close()
        threads.committer.join()
    }

    func startLoops(onEnd: @escaping @Sendable (_ cutOff: Int) -> Void) throws -> [Thread] {
        try LoopThreads.start(loops, configuration, logger: logger, health: health) { index, slot in
            onEnd(runLoop(index, slot))
        }
    }

    /// Returns how many clients were cut off.
    private func runLoop(_ index: Int, _ slot: ListenerSlot) -> Int {
        guard let listener = slot.take() else { preconditionFailure("a listener is taken once") }
        do throws(SystemError) {
            return try APILoop(
                listener: listener, mailbox: loops[index], limits: configuration.http, accessLog: accessLog,
                cors: configuration.cors, health: health,
                door: AdminDoor(password: configuration.adminPassword, inbox: adminInbox, loop: index),
                observer: ObserverDoor(
                    inbox: observerInbox, loop: index, hasMetrics: configuration.hasMetrics,
                    hasDashboard: configuration.hasDashboard),
                // One loop does it for all: the cache is shared.
                cacheToSweep: index == 0 ? cache : nil
            ) { loop, answers in
                let ingest = Ingest(
                    loop: index, sink: inbox, partitions: queue.partitions, clock: clock,
                    maximumBodyBytes: configuration.http.http.bodyBytes, metrics: answers.metrics)
                return EmbeddedOrders(loop: loop, index: index, ingest: ingest, answers: answers, shared: shared)
            }.run()
        } catch {
            logger.critical("an event loop can't start", metadata: ["reason": "\(error)"])
            return 0
        }
    }

    private var shared: EmbeddedOrders.Shared {
        EmbeddedOrders.Shared(
            cache: cache, lists: lists, readers: readers, claims: claims,
            isCacheDisabled: configuration.cache.isDisabled,
            maxPendingBytes: configuration.maxPendingBytes,
            maxInFlight: max(1, configuration.maxInFlightOrders / configuration.apiWorkers))
    }
}
