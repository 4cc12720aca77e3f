import API
import Admin
import Cache
import Log
import Logging
import Reactor
import Settings
import Store
import Workers

/// Everything that can be set, checked and with its defaults filled in (docs/contract.md section 3).
struct Configuration: Sendable {
    var host: String
    var port: UInt16
    /// Another process may listen on the port too.
    var sharesPort: Bool
    /// Event loops.
    var apiWorkers: Int
    /// Threads that read the database.
    var apiThreads: Int
    var maxPendingReads: Int
    var http: HTTPServerLimits
    var cors: CORSPolicy

    var database: DatabaseLocation
    var queuePath: String
    var jobsPerMessage: Int
    var maxInFlightOrders: Int
    var maxPendingBytes: Int

    var workerCount: Int
    var worker: WorkerSettings

    var cache: CacheLimits

    /// Nil: nobody may do what is under /admin.
    var adminPassword: AdminPassword?

    var accessLog: AccessLogSettings
    var logLevel: Logger.Level
    /// Whether GET /metrics is there.
    var hasMetrics: Bool
    var logFormat: LogFormat
    /// Takes what is secret in these settings out of messages.
    let secrets: SecretMask
    /// Whether GET /dashboard is there.
    var hasDashboard: Bool
    var shutdownGraceSeconds: Int
    var shutdownNoticeMilliseconds: Int

    /// Throws the first value that can't be read, with what was expected.
    init(_ settings: SettingReader, processors: Int) throws(SettingError) {
        accessLog = try AccessLogSettings(settings)
        secrets = SecretMask(settings)

        let server = SettingCatalog.server
        host = settings.text(server.host)
        port = UInt16(try settings.integer(server.port))
        sharesPort = try settings.boolean(server.reusePort)
        apiWorkers = try settings.integer(server.apiWorkers, default: processors)
        apiThreads = try settings.integer(server.apiThreads)
        workerCount = try settings.integer(server.workerCount)
        cors = try CORSPolicy(settings)
        adminPassword = settings.given(server.adminPassword).map { AdminPassword($0) }
        hasMetrics = try settings.boolean(server.metrics)
        hasDashboard = try settings.boolean(server.dashboard)
        logLevel = try settings.choice(SettingCatalog.logs.level) { Logger.Level(rawValue: $0) }
        logFormat = try settings.choice(SettingCatalog.logs.format) { LogFormat(rawValue: $0) }
        shutdownGraceSeconds = try settings.integer(server.shutdownGraceSeconds)
        shutdownNoticeMilliseconds = try settings.integer(server.shutdownNoticeMilliseconds)

        let load = SettingCatalog.load
        maxPendingReads = try settings.integer(load.maxPendingReads)
        maxInFlightOrders = try settings.integer(load.maxInFlightOrders)
        maxPendingBytes = try settings.integer(load.maxPendingBytes)
        http = try HTTPServerLimits(settings, loops: apiWorkers)

        database = try DatabaseLocation(settings)
        queuePath = settings.text(SettingCatalog.database.queueFile, default: database.queuePath)
        worker = WorkerSettings(
            jobsPerTransaction: try settings.integer(SettingCatalog.database.writeBatch),
            lagMilliseconds: try settings.integer(SettingCatalog.database.writeLagMilliseconds))
        // A message is applied as a whole, so none may be larger than a transaction.
        jobsPerMessage = min(
            try settings.integer(SettingCatalog.rabbitMQ.jobsPerMessage), worker.jobsPerTransaction)
        cache = try CacheLimits(settings)
    }
}

extension DatabaseLocation {
    /// `database.db` has its queue in `database-queue.db` beside it. nil for a server, which has nothing beside it.
    fileprivate var queuePath: String? {
        guard case .sqlite(let path) = self else { return nil }
        return path.hasSuffix(".db") ? path.dropLast(3) + "-queue.db" : path + "-queue"
    }
}

extension CacheLimits {
    fileprivate init(_ settings: SettingReader) throws(SettingError) {
        let cache = SettingCatalog.cache
        self.init(
            temporaryTTLSeconds: try settings.integer(cache.appliedSeconds),
            detailTTLSeconds: try settings.integer(cache.readSeconds),
            maxBytes: try settings.integer(cache.maxBytes), isDisabled: try settings.boolean(cache.isDisabled))
    }
}
