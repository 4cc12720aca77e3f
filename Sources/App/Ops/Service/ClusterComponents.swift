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
import Store
import Workers

/// The parts of the service on Redis, RabbitMQ and a database, and the threads that they run on.
///
/// None of those servers has to be there at the start: each part goes on trying, and /ready says what is missing.
struct ClusterComponents: ServiceComponents, Sendable {
    /// Which half of the service this process is.
    struct Roles: OptionSet, Sendable {
        let rawValue: Int
        /// Takes requests.
        static let api = Roles(rawValue: 1)
        /// Writes the database.
        static let worker = Roles(rawValue: 2)

        var name: String {
            switch self {
            case .api: "api"
            case .worker: "worker"
            default: "cluster"
            }
        }
    }

    private let api: APIComponents
    private let configuration: Configuration
    private let cluster: ClusterConfiguration
    private let roles: Roles
    private let logger: Logger
    private let health: Health
    private let database: OrderDatabase
    private let fence = RedisFence()
    private let watchdog = Watchdog()
    private let stopWorkers: StopFlag
    private let publisherState = PublisherState()
    private let inbox: PublisherInbox
    private let flights: ClusterFlights
    private let workerMetrics: WorkerMetrics
    private let brokerMetrics = BrokerMetrics()
    /// One for each loop; none without a cache.
    private let cacheReporters: [DependencyReporter]

    var loops: [LoopMailbox] { api.loops }

    /// Throws what can't be helped by waiting: a database file that can't be opened, no descriptors left.
    init(_ process: ServiceProcess, _ cluster: ClusterConfiguration, roles: Roles) throws {
        configuration = process.configuration
        self.cluster = cluster
        self.roles = roles
        logger = process.logger
        health = process.health
        // Found out here: an authority's file that can't be read will not get better by trying again.
        if let redis = cluster.redis { _ = try RedisClient(loop: EventLoop(), endpoint: redis) }
        database = try OrderDatabase(configuration.database, logger: logger)
        stopWorkers = try StopFlag()
        api = try APIComponents(process, hasAPI: roles.contains(.api))
        workerMetrics = WorkerMetrics(workers: configuration.workerCount)
        inbox = try PublisherInbox(loops: api.loops)
        flights = ClusterFlights(pool: api.readers, limits: configuration.cache)
        cacheReporters = cluster.redis == nil ? [] : api.loops.map { _ in process.health.reporter(for: .cache) }
    }

    // MARK: Threads

    struct BackgroundThreads {
        var api = APIComponents.Threads()
        var publisher: Thread?
        var workers: [Thread] = []
        var updater: CacheUpdater?
    }

    func startBackgroundThreads() throws -> BackgroundThreads {
        let doctor = Doctor(database: configuration.database, cluster: cluster)
        // Beside the start: a server that doesn't answer takes seconds to be found out. It only tells; nobody waits for
        // it.
        _ = Thread(name: "doctor") { [logger] in doctor.report(to: logger) }
        var threads = BackgroundThreads()
        if roles.contains(.api) {
            threads.api = try startAPIThreads()
            threads.publisher = startPublisher()
        }
        if roles.contains(.worker) { try startWorkers(&threads) }
        return threads
    }

    private func startPublisher() -> Thread {
        let publisher = Confined(
            Publisher(
                inbox: inbox, endpoint: cluster.broker, topology: cluster.topology,
                packer: MessagePacker(
                    jobsPerMessage: configuration.jobsPerMessage, ids: UUIDv7Generator(clock: api.clock)),
                loops: loops, state: publisherState, health: health, watchdog: watchdog,
                settings: PublisherSettings(jobsPerMessage: configuration.jobsPerMessage), metrics: brokerMetrics))
        return Thread(name: "publisher") { publisher.value.run() }
    }

    private func startAPIThreads() throws -> APIComponents.Threads {
        let administration = ClusterAdministration(
            database: database,
            broker: broker, redis: cluster.redis, fence: fence, clock: api.clock
        ) { [health] in health.isStopping }
        let observed = ObservedSources(
            identity: api.identity(mode: roles.name), health: health, readers: api.readers,
            workers: roles.contains(.worker) ? workerMetrics : nil, broker: brokerMetrics)
        return try api.startThreads(administration, observed, completion: flights) { try database.makeReader() }
    }

    private var broker: Broker {
        Broker(endpoint: cluster.broker, topology: cluster.topology, watchdog: watchdog)
    }

    private func startWorkers(_ threads: inout BackgroundThreads) throws {
        threads.updater = try cluster.redis.map { redis in
            try CacheUpdater(
                endpoint: redis, fence: fence, ttlSeconds: configuration.cache.temporaryTTLSeconds,
                reporter: roles.contains(.api) ? nil : health.reporter(for: .cache), logger: logger)
        }
        let cache: any CacheRepair = threads.updater ?? NoCache()
        let settings = ClusterWorkerSettings(transactions: configuration.worker, prefetch: cluster.prefetch)
        let shared = ClusterWorker.Shared(
            broker: broker, settings: settings, cache: cache,
            active: ActivePartitions(
                total: cluster.topology.partitions, pauseMilliseconds: settings.balanceMilliseconds),
            clock: api.clock,
            telemetry: WorkerTelemetry(health: health, logger: logger, metrics: workerMetrics), stop: stopWorkers)
        // More would have nothing to do.
        for index in 0..<min(configuration.workerCount, cluster.topology.partitions) {
            let partitions = (0..<cluster.topology.partitions).filter { $0 % configuration.workerCount == index }
            let worker = Confined(
                ClusterWorker(
                    shared,
                    ClusterWorker.Share(
                        index: index, partitions: partitions, store: database.makeStore(counting: workerMetrics))))
            threads.workers.append(Thread(name: "worker-\(index)") { worker.value.run() })
        }
    }

    /// Breaks off what waits for the broker: publishes are of unknown outcome then, and what workers have in hand goes
    /// back.
    func refuse() { watchdog.breakAll() }

    func stop(_ threads: BackgroundThreads) {
        inbox.close()
        api.close()
        stopWorkers.raise()
        threads.publisher?.join()
        threads.api.join()
        for thread in threads.workers { thread.join() }
        threads.updater?.stop()
    }

    // MARK: Event loops

    func startLoops(onEnd: @escaping @Sendable (_ cutOff: Int) -> Void) throws -> [Thread] {
        try api.startLoops(onEnd: onEnd) { index, loop, answers in
            let observer = cluster.redis.map { _ in LoopCacheObserver(cacheReporters[index]) }
            let ingest = Ingest(
                loop: index, sink: inbox, partitions: cluster.topology.partitions, clock: api.clock,
                maximumBodyBytes: configuration.http.http.bodyBytes, metrics: answers.metrics)
            return ClusterOrders(
                loop: loop, index: index, ingest: ingest, answers: answers,
                redis: connectRedis(loop, index, observer), cacheHealth: observer, shared: shared)
        }
    }

    /// nil without a cache.
    private func connectRedis(_ loop: EventLoop, _ index: Int, _ observer: LoopCacheObserver?) -> RedisClient? {
        guard let endpoint = cluster.redis else { return nil }
        var settings = RedisSettings()
        settings.scripts = CacheScript.sources
        do throws(RedisSetupError) {
            let client = try RedisClient(
                loop: loop, endpoint: endpoint, settings: settings, fence: fence, observer: observer)
            client.start()
            return client
        } catch {
            cacheReporters[index].report(failure: error.description)
            return nil
        }
    }

    private var shared: ClusterOrders.Shared {
        ClusterOrders.Shared(
            publisher: publisherState, readers: api.readers, flights: flights, cache: configuration.cache,
            maxInFlight: api.maxInFlight)
    }
}
