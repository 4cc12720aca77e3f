import API
import Admin
import Cache
import Health
import Ingest
import Logging
import Metrics
import Orders
import Queue
import Reactor
import Settings
import Store
import Workers

/// The parts of the embedded service that its threads share, and the threads themselves.
struct EmbeddedComponents: ServiceComponents, Sendable {
    private let api: APIComponents
    private let configuration: Configuration
    private let logger: Logger
    private let health: Health
    private let databasePath: String
    private let store: SQLiteOrderStore
    private let queue: EmbeddedQueueFile
    private let cache: MemoryCache
    private let lists: ListCache
    private let claims = ClaimTable()
    private let board: WorkBoard
    private let inbox = CommitInbox()
    private let workerMetrics: WorkerMetrics
    private let commitMetrics = CommitMetrics()

    var loops: [LoopMailbox] { api.loops }

    /// Opens the files and shows what the queue still holds; no thread runs yet.
    init(_ process: ServiceProcess) throws {
        configuration = process.configuration
        logger = process.logger
        health = process.health
        guard case .sqlite(let path) = configuration.database else {
            throw SettingError(
                name: SettingCatalog.database.url.name, value: "\(configuration.database)",
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
        for (partition, sequence) in waiting.newestSequences.enumerated() {
            board.announce(partition: partition, sequence: sequence)
        }
        api = try APIComponents(process)
        // A clock that was set back meanwhile makes no id and no version again.
        api.clock.raise(above: max(waiting.newestVersion, try store.highestVersion()))
        workerMetrics = WorkerMetrics(workers: configuration.workerCount)
        logger.notice(
            "storage is open",
            metadata: [
                "database": "\(path)", "queue": "\(configuration.queuePath)",
                "partitions": "\(queue.partitions)", "waiting_writes": "\(cache.pendingCount)",
            ])
        Doctor(database: configuration.database, cluster: nil).report(to: logger)
    }

    struct BackgroundThreads {
        var api: APIComponents.Threads
        var workers: [Thread] = []
        var committer: Thread
    }

    func startBackgroundThreads() throws -> BackgroundThreads {
        // Connections are opened here, so that what can't be opened stops the start.
        let committer = Confined(
            Committer(
                inbox: inbox, queue: try queue.makeWriter(), partitions: queue.partitions, cache: cache,
                workers: board, loops: loops, health: health,
                packer: MessagePacker(
                    jobsPerMessage: configuration.jobsPerMessage, ids: UUIDv7Generator(clock: api.clock)),
                metrics: commitMetrics))
        let administration = EmbeddedAdministration(
            database: store, cache: cache, lists: lists, board: board, inbox: inbox, clock: api.clock
        ) { [health] in health.isStopping }
        let observed = ObservedSources(
            identity: api.identity(mode: "embedded"), health: health, readers: api.readers, workers: workerMetrics,
            commits: commitMetrics)
        var threads = BackgroundThreads(
            api: try api.startThreads(
                administration, observed,
                backlog: QueueFileBacklog(board: board, commits: commitMetrics, queue: try queue.makeReader()),
                completion: MemoryReads(cache: cache, lists: lists, pool: api.readers)
            ) { try SQLiteOrderReader(path: databasePath) },
            committer: Thread(name: "committer") { committer.value.run() })
        for index in 0..<configuration.workerCount {
            let worker = Confined(
                EmbeddedWorker(sharedByWorkers, index: index, queue: try queue.makeReader()))
            threads.workers.append(Thread(name: "worker-\(index)") { worker.value.run() })
        }
        return threads
    }

    private var sharedByWorkers: EmbeddedWorker.Shared {
        EmbeddedWorker.Shared(
            board: board, inbox: inbox, store: store, cache: cache, lists: lists, claims: claims,
            settings: configuration.worker,
            telemetry: WorkerTelemetry(health: health, logger: logger, metrics: workerMetrics),
            commits: commitMetrics)
    }

    /// Nobody here waits for a server that might not answer.
    func refuse() {}

    func stop(_ threads: BackgroundThreads) {
        api.close()
        board.stop()
        for thread in threads.workers { thread.join() }
        threads.api.join()
        // The last acknowledgements are in the inbox now.
        inbox.close()
        threads.committer.join()
    }

    func startLoops(onEnd: @escaping @Sendable (_ cutOff: Int) -> Void) throws -> [Thread] {
        try api.startLoops(onEnd: onEnd, cacheToSweep: cache) { index, loop, answers in
            let ingest = Ingest(
                loop: index, sink: inbox, partitions: queue.partitions, clock: api.clock,
                maximumBodyBytes: configuration.http.http.bodyBytes, metrics: answers.metrics)
            return EmbeddedOrders(loop: loop, index: index, ingest: ingest, answers: answers, shared: shared)
        }
    }

    private var shared: EmbeddedOrders.Shared {
        EmbeddedOrders.Shared(
            cache: cache, lists: lists, readers: api.readers, claims: claims,
            isCacheDisabled: configuration.cache.isDisabled,
            maxPendingBytes: configuration.maxPendingBytes,
            maxInFlight: api.maxInFlight)
    }
}
