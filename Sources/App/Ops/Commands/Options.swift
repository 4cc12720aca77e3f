import ArgumentParser

// The flags of `spillway serve`, one for each setting. They are texts here: ``Configuration`` checks values wherever they
// come from, so that a bad one is reported in the same words.

struct ServerOptions: ParsableArguments {
    @Option(help: "Address to listen on (0.0.0.0).") var host: String?
    @Option(help: "Port to listen on (8080); 0 lets the system choose.") var port: String?
    @Option(help: "Event loops (one for each core).") var apiWorkers: String?
    @Option(help: "Threads that read the database (4).") var apiThreads: String?
    @Option(help: "Threads that write the database (4).") var workerCount: String?
    @Option(help: "File of the access log, - for the standard output, empty for none (server-access.log).")
    var accessLogFile: String?
    @Option(help: "Format of its lines, with the atoms of gunicorn (%(h)s %(l)s %(u)s %(t)s \"%(r)s\" and so on).")
    var accessLogFormat: String?
    @Option(help: "Origins whose scripts may read answers, with commas between them; * for all, empty for none (*).")
    var corsOrigins: String?
    @Option(help: "trace, debug, info, notice, warning, error or critical (info).") var logLevel: String?
    @Option(help: "Lines of the log: text, or json for an object in each (text).") var logFormat: String?
    @Option(help: "false: GET /metrics is 404 (true).") var metrics: String?
    @Option(help: "false: GET /dashboard is 404 (true).") var dashboard: String?
    @Option(help: "Seconds from SIGTERM to the end, whatever is under way (25).") var shutdownGraceSeconds: String?
    @Option(help: "Time after SIGTERM in which /ready says no and everything is still taken (2000).")
    var shutdownNoticeMs: String?
    @Option(help: "true: start although another instance listens on the port, and share it (false).")
    var reusePort: String?

    var values: [String: String] {
        [
            "HOST": host, "PORT": port, "API_WORKERS": apiWorkers, "API_THREADS": apiThreads,
            "WORKER_COUNT": workerCount, "ACCESS_LOG_FILE": accessLogFile, "ACCESS_LOG_FORMAT": accessLogFormat,
            "CORS_ORIGINS": corsOrigins, "LOG_LEVEL": logLevel, "LOG_FORMAT": logFormat, "METRICS": metrics,
            "DASHBOARD": dashboard,
            "SHUTDOWN_GRACE_SECONDS": shutdownGraceSeconds, "SHUTDOWN_NOTICE_MS": shutdownNoticeMs,
            "REUSE_PORT": reusePort,
        ].compactMapValues { $0 }
    }
}

struct StorageOptions: ParsableArguments {
    @Option(
        help:
            "sqlite:///relative.db, sqlite:////absolute.db or mysql://user:password@host/name (sqlite:///database.db).")
    var databaseUrl: String?
    @Option(help: "File of the durable queue (database-queue.db, beside the database).") var queueFile: String?
    @Option(help: "Simulated duration of one write transaction, in milliseconds (300).") var dbWriteLagMs: String?
    @Option(help: "Most jobs of one write transaction (4096).") var dbWriteBatch: String?
    @Option(help: "Orders that may wait for their durable acknowledgement; more get 503 (16384).")
    var maxInFlightOrders: String?
    @Option(help: "Bytes of accepted orders that may wait for the database; more get 503 (536870912).")
    var maxPendingBytes: String?
    @Option(help: "Database reads that may wait; more get 503 (4096).") var maxPendingReads: String?

    var values: [String: String] {
        [
            "DATABASE_URL": databaseUrl, "QUEUE_FILE": queueFile, "DB_WRITE_LAG_MS": dbWriteLagMs,
            "DB_WRITE_BATCH": dbWriteBatch,
            "MAX_IN_FLIGHT_ORDERS": maxInFlightOrders, "MAX_PENDING_BYTES": maxPendingBytes,
            "MAX_PENDING_READS": maxPendingReads,
        ].compactMapValues { $0 }
    }
}

struct CacheOptions: ParsableArguments {
    @Option(help: "true: no cache at all, reads go to the database (false).") var cacheDisabled: String?
    @Option(help: "Seconds for which an order or a list read from the database is kept (30).") var ordersCacheTtl:
        String?
    @Option(help: "Seconds for which an order is kept after its write was applied (60).") var tempOrderCacheTtl: String?
    @Option(help: "Bytes for orders in memory; what is queued comes first (50331648).") var cacheMaxBytes: String?

    var values: [String: String] {
        [
            "CACHE_DISABLED": cacheDisabled, "ORDERS_CACHE_TTL": ordersCacheTtl,
            "TEMP_ORDER_CACHE_TTL": tempOrderCacheTtl, "CACHE_MAX_BYTES": cacheMaxBytes,
        ].compactMapValues { $0 }
    }
}

struct LimitOptions: ParsableArguments {
    @Option(help: "Open connections; more get 503 (65536).") var maxConnections: String?
    @Option(help: "Bytes of a request line; more is 414 (8192).") var maxRequestLineBytes: String?
    @Option(help: "Bytes of a request's head; more is 431 (16384).") var maxHeadBytes: String?
    @Option(help: "Bytes of a request's body; more is 413 (1048576).") var maxBodyBytes: String?
    @Option(help: "Unanswered requests of one connection (64).") var maxPipelinedRequests: String?
    @Option(help: "Time for a request's head, then 408 (10000).") var headTimeoutMs: String?
    @Option(help: "Time for a request's body, then 408 (30000).") var bodyTimeoutMs: String?
    @Option(help: "Slowest rate of a body after five seconds, then 408; 0 takes any (500).")
    var minBodyBytesPerSecond: String?
    @Option(help: "Bytes of all unfinished requests and unread answers; above that 503 (268435456).")
    var maxBufferedBytes: String?
    @Option(help: "Time between requests, then the connection is closed (75000).") var idleTimeoutMs: String?
    @Option(help: "Time without progress of an answer, then the connection is closed (30000).") var writeTimeoutMs:
        String?

    var values: [String: String] {
        [
            "MAX_CONNECTIONS": maxConnections, "MAX_REQUEST_LINE_BYTES": maxRequestLineBytes,
            "MAX_HEAD_BYTES": maxHeadBytes, "MAX_BODY_BYTES": maxBodyBytes,
            "MIN_BODY_BYTES_PER_SECOND": minBodyBytesPerSecond, "MAX_BUFFERED_BYTES": maxBufferedBytes,
            "MAX_PIPELINED_REQUESTS": maxPipelinedRequests, "HEAD_TIMEOUT_MS": headTimeoutMs,
            "BODY_TIMEOUT_MS": bodyTimeoutMs, "IDLE_TIMEOUT_MS": idleTimeoutMs, "WRITE_TIMEOUT_MS": writeTimeoutMs,
        ].compactMapValues { $0 }
    }
}
