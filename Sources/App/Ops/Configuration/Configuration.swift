import Logging
import Reactor

/// Everything that can be set, checked and with its defaults filled in (docs/contract.md section 3).
struct Configuration: Sendable {
    var host = "0.0.0.0"
    var port: UInt16 = 8080
    /// Another process may listen on the port too.
    var sharesPort = false
    /// Event loops.
    var apiWorkers = 1
    /// Threads that read the database.
    var apiThreads = 4
    var maxPendingReads = 4096
    var http = HTTPServerLimits()
    var cors = CORSPolicy.any

    var database = DatabaseLocation(path: "database.db")
    var queuePath = "database-queue.db"
    var jobsPerMessage = 512
    var maxInFlightOrders = 16_384
    var maxPendingBytes = 512 << 20

    var workerCount = 4
    var worker = WorkerSettings(jobsPerTransaction: 4096, lagMilliseconds: 300)

    var cache = CacheLimits()

    /// Nil: nobody may do what is under /admin.
    var adminPassword: AdminPassword?

    var accessLog: AccessLogSettings
    var logLevel = Logger.Level.info
    /// Whether GET /metrics is there.
    var hasMetrics = true
    var logFormat = LogFormat.text
    /// Takes what is secret in these settings out of messages.
    let secrets: SecretMask
    /// Whether GET /dashboard is there.
    var hasDashboard = true
    var shutdownGraceSeconds = 25
    var shutdownNoticeMilliseconds = 2_000

    /// Throws the first value that can't be read, with what was expected.
    init(_ settings: SettingReader, processors: Int) throws(SettingError) {
        accessLog = try AccessLogSettings(settings)
        secrets = SecretMask(settings)
        try readServer(settings, processors: processors)
        try readHTTPLimits(settings)
        try readStorage(settings)
        try readCache(settings)
    }

    private mutating func readServer(_ settings: SettingReader, processors: Int) throws(SettingError) {
        host = settings.text("HOST", default: host)
        port = UInt16(try settings.integer("PORT", in: 0...65_535, default: 8080))
        sharesPort = try settings.boolean("REUSE_PORT", default: sharesPort)
        apiWorkers = try settings.integer("API_WORKERS", in: 1...256, default: processors)
        apiThreads = try settings.integer("API_THREADS", in: 1...256, default: apiThreads)
        maxPendingReads = try settings.integer("MAX_PENDING_READS", in: 1...1_000_000, default: maxPendingReads)
        cors = try CORSPolicy(settings)
        adminPassword = settings.raw("ADMIN_PASSWORD").map { AdminPassword($0) }
        hasMetrics = try settings.boolean("METRICS", default: hasMetrics)
        hasDashboard = try settings.boolean("DASHBOARD", default: hasDashboard)
        let levels = Logger.Level.allCases.map { (word: $0.rawValue, value: $0) }
        logLevel = try settings.choice("LOG_LEVEL", levels, default: logLevel)
        logFormat = try settings.choice("LOG_FORMAT", LogFormat.allCases.map { ($0.rawValue, $0) }, default: logFormat)
        shutdownGraceSeconds = try settings.integer(
            "SHUTDOWN_GRACE_SECONDS", in: 0...3600, default: shutdownGraceSeconds, unit: "seconds")
        shutdownNoticeMilliseconds = try settings.integer(
            "SHUTDOWN_NOTICE_MS", in: 0...3_600_000, default: shutdownNoticeMilliseconds, unit: "milliseconds")
    }

    private mutating func readHTTPLimits(_ settings: SettingReader) throws(SettingError) {
        let maxConnections = try settings.integer("MAX_CONNECTIONS", in: 1...1_000_000, default: 65_536)
        // The kernel spreads connections evenly over the loops, not exactly: each may hold its share and half as many more.
        http.connections = apiWorkers == 1 ? maxConnections : max(1, maxConnections / apiWorkers * 3 / 2)
        http.http = HTTPLimits(
            requestLineBytes: try settings.integer(
                "MAX_REQUEST_LINE_BYTES", in: 64...65_536, default: http.http.requestLineBytes, unit: "bytes"),
            headBytes: try settings.integer(
                "MAX_HEAD_BYTES", in: 128...1 << 20, default: http.http.headBytes, unit: "bytes"),
            bodyBytes: try settings.integer(
                "MAX_BODY_BYTES", in: 1...64 << 20, default: http.http.bodyBytes, unit: "bytes"))
        http.pipelinedRequests = try settings.integer(
            "MAX_PIPELINED_REQUESTS", in: 1...10_000, default: http.pipelinedRequests)
        http.headTimeoutMilliseconds = try timeout(settings, "HEAD_TIMEOUT_MS", http.headTimeoutMilliseconds)
        http.bodyTimeoutMilliseconds = try timeout(settings, "BODY_TIMEOUT_MS", http.bodyTimeoutMilliseconds)
        http.bodyBytesPerSecond = try settings.integer(
            "MIN_BODY_BYTES_PER_SECOND", in: 0...1 << 30, default: http.bodyBytesPerSecond, unit: "bytes")
        http.bufferedBytes = try bufferedBytes(settings)
        http.idleTimeoutMilliseconds = try timeout(settings, "IDLE_TIMEOUT_MS", http.idleTimeoutMilliseconds)
        http.writeTimeoutMilliseconds = try timeout(settings, "WRITE_TIMEOUT_MS", http.writeTimeoutMilliseconds)
    }

    /// The share of one loop. The largest request fits, in twice its size with all of its framing.
    private func bufferedBytes(_ settings: SettingReader) throws(SettingError) -> Int {
        let all = try settings.integer(
            "MAX_BUFFERED_BYTES", in: 1...1 << 40, default: http.bufferedBytes, unit: "bytes")
        let limits = http.http
        return max(all / apiWorkers, 4 * limits.bodyBytes + 2 * (limits.headBytes + limits.chunkOverheadBytes))
    }

    private func timeout(_ settings: SettingReader, _ name: String, _ fallback: Int) throws(SettingError) -> Int {
        try settings.integer(name, in: 1...86_400_000, default: fallback, unit: "milliseconds")
    }

    private mutating func readStorage(_ settings: SettingReader) throws(SettingError) {
        database = try DatabaseLocation(settings)
        queuePath = settings.text("QUEUE_FILE", default: Self.queuePath(beside: database))
        jobsPerMessage = try settings.integer("RABBITMQ_JOBS_PER_MESSAGE", in: 1...10_000, default: jobsPerMessage)
        maxInFlightOrders = try settings.integer(
            "MAX_IN_FLIGHT_ORDERS", in: 1...1_000_000, default: maxInFlightOrders)
        maxPendingBytes = try settings.integer(
            "MAX_PENDING_BYTES", in: 1...1 << 40, default: maxPendingBytes, unit: "bytes")
        workerCount = try settings.integer("WORKER_COUNT", in: 1...256, default: workerCount)
        worker.lagMilliseconds = try settings.integer(
            "DB_WRITE_LAG_MS", in: 0...600_000, default: worker.lagMilliseconds, unit: "milliseconds")
        worker.jobsPerTransaction = try settings.integer(
            "DB_WRITE_BATCH", in: 1...1_000_000, default: worker.jobsPerTransaction, unit: "jobs")
        // A message is applied as a whole, so none may be larger than a transaction.
        jobsPerMessage = min(jobsPerMessage, worker.jobsPerTransaction)
    }

    private mutating func readCache(_ settings: SettingReader) throws(SettingError) {
        cache.isDisabled = try settings.boolean("CACHE_DISABLED", default: false)
        cache.detailTTLSeconds = try settings.integer(
            "ORDERS_CACHE_TTL", in: 0...86_400, default: 30, unit: "seconds")
        cache.temporaryTTLSeconds = try settings.integer(
            "TEMP_ORDER_CACHE_TTL", in: 0...86_400, default: 60, unit: "seconds")
        cache.maxBytes = try settings.integer(
            "CACHE_MAX_BYTES", in: 0...1 << 40, default: cache.maxBytes, unit: "bytes")
    }

    /// `database.db` has its queue in `database-queue.db` beside it.
    private static func queuePath(beside database: DatabaseLocation) -> String {
        guard case .sqlite(let path) = database else { return "database-queue.db" }
        return path.hasSuffix(".db") ? path.dropLast(3) + "-queue.db" : path + "-queue"
    }
}
