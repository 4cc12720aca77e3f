import Glibc
import Logging
import Reactor
import Testing

@testable import App
@testable import Cache
@testable import Log
@testable import Settings
@testable import Store
@testable import Workers

@Suite struct ConfigurationTests {
    private func configuration(_ values: [String: String], processors: Int = 2) throws -> Configuration {
        try Configuration(SettingReader(flags: [:], environment: values, dotEnv: [:]), processors: processors)
    }

    @Test("Without any setting the defaults are those of the contract")
    func defaults() throws {
        let configuration = try configuration([:], processors: 3)
        #expect(configuration.host == "0.0.0.0" && configuration.port == 8080)
        #expect(configuration.apiWorkers == 3 && configuration.apiThreads == 4)
        #expect(configuration.workerCount == 4)
        #expect(configuration.worker.lagMilliseconds == 300 && configuration.worker.jobsPerTransaction == 4096)
        #expect(configuration.jobsPerMessage == 512)
        #expect(configuration.database == DatabaseLocation(path: "database.db"))
        #expect(configuration.queuePath == "database-queue.db")
        #expect(!configuration.cache.isDisabled)
        #expect(configuration.cache.detailTTLSeconds == 30 && configuration.cache.temporaryTTLSeconds == 60)
        #expect(configuration.logLevel == .info && configuration.logFormat == .text)
        #expect(configuration.shutdownGraceSeconds == 25)
        #expect(configuration.shutdownNoticeMilliseconds == 2_000 && !configuration.sharesPort)
        #expect(configuration.hasMetrics)
        #expect(configuration.http.http.bodyBytes == 1 << 20)
        #expect(configuration.http.bodyBytesPerSecond == 500)
        #expect(configuration.accessLog.file == "server-access.log")
        #expect(try configuration.accessLog.format == AccessLogFormat(AccessLogFormat.standard, pid: getpid()))
    }

    @Test("The access log is turned off by an empty value, wherever that comes from, and - is the standard output")
    func accessLogFile() throws {
        func file(_ flags: [String: String], _ environment: [String: String], _ dotEnv: [String: String]) throws
            -> String?
        {
            try AccessLogSettings(SettingReader(flags: flags, environment: environment, dotEnv: dotEnv)).file
        }
        let name = "ACCESS_LOG_FILE"
        #expect(try file([:], [name: ""], [:]) == nil)
        #expect(try file([:], [name: ""], [name: "log"]) == nil)
        #expect(try file([:], [:], [name: ""]) == nil)
        #expect(try file([name: "flag.log"], [name: ""], [:]) == "flag.log")
        #expect(try file([:], [name: "-"], [name: "log"]) == "-")
    }

    @Test("What all connections may hold is split over the loops, and the largest request always fits")
    func bufferedBytes() throws {
        #expect(try configuration([:], processors: 1).http.bufferedBytes == 256 << 20)
        #expect(try configuration([:], processors: 4).http.bufferedBytes == 64 << 20)
        let least = try configuration(["MAX_BUFFERED_BYTES": "1", "MAX_BODY_BYTES": "1000"]).http.bufferedBytes
        #expect((4_000..<100_000).contains(least))
    }

    @Test("The limits of connections count for the process; each of several loops may hold half more than its share")
    func connections() throws {
        #expect(try configuration([:], processors: 1).http.connections == 65_536)
        #expect(try configuration(["API_WORKERS": "1", "MAX_CONNECTIONS": "7"]).http.connections == 7)
        #expect(try configuration([:], processors: 4).http.connections == 24_576)
        #expect(try configuration(["MAX_CONNECTIONS": "1"], processors: 8).http.connections == 1)
    }

    @Test("Every setting reaches its place")
    func settings() throws {
        let configuration = try configuration([
            "HOST": "::1", "PORT": "0", "API_WORKERS": "1", "API_THREADS": "2", "MAX_PENDING_READS": "9",
            "LOG_LEVEL": "WARNING", "LOG_FORMAT": "json", "SHUTDOWN_GRACE_SECONDS": "0", "SHUTDOWN_NOTICE_MS": "20",
            "REUSE_PORT": "true", "MAX_CONNECTIONS": "10",
            "MAX_REQUEST_LINE_BYTES": "100", "MAX_HEAD_BYTES": "200", "MAX_BODY_BYTES": "300",
            "MAX_PIPELINED_REQUESTS": "3", "HEAD_TIMEOUT_MS": "11", "BODY_TIMEOUT_MS": "12", "IDLE_TIMEOUT_MS": "13",
            "WRITE_TIMEOUT_MS": "14", "MIN_BODY_BYTES_PER_SECOND": "19", "MAX_BUFFERED_BYTES": "99999999",
            "ACCESS_LOG_FILE": "a.log", "ACCESS_LOG_FORMAT": "%(s)s",
            "DATABASE_URL": "sqlite:////var/lib/orders.sqlite", "QUEUE_FILE": "/q.db",
            "RABBITMQ_JOBS_PER_MESSAGE": "5", "MAX_IN_FLIGHT_ORDERS": "6", "MAX_PENDING_BYTES": "7",
            "WORKER_COUNT": "8", "DB_WRITE_LAG_MS": "0", "DB_WRITE_BATCH": "15", "CACHE_DISABLED": "true",
            "ORDERS_CACHE_TTL": "16", "TEMP_ORDER_CACHE_TTL": "17", "CACHE_MAX_BYTES": "18",
        ])
        #expect(configuration.host == "::1" && configuration.port == 0)
        #expect(configuration.apiWorkers == 1 && configuration.apiThreads == 2 && configuration.maxPendingReads == 9)
        #expect(configuration.logLevel == .warning && configuration.logFormat == .json)
        #expect(configuration.shutdownGraceSeconds == 0)
        #expect(configuration.shutdownNoticeMilliseconds == 20 && configuration.sharesPort)
        let http = configuration.http
        #expect(http.connections == 10 && http.pipelinedRequests == 3)
        #expect(http.bodyBytesPerSecond == 19 && http.bufferedBytes == 99_999_999)
        #expect(configuration.accessLog.file == "a.log")
        #expect(try configuration.accessLog.format == AccessLogFormat("%(s)s", pid: 1))
        #expect(http.http.requestLineBytes == 100 && http.http.headBytes == 200 && http.http.bodyBytes == 300)
        #expect(http.headTimeoutMilliseconds == 11 && http.bodyTimeoutMilliseconds == 12)
        #expect(http.idleTimeoutMilliseconds == 13 && http.writeTimeoutMilliseconds == 14)
        #expect(configuration.database == .sqlite(path: "/var/lib/orders.sqlite") && configuration.queuePath == "/q.db")
        #expect(configuration.jobsPerMessage == 5 && configuration.maxInFlightOrders == 6)
        #expect(configuration.maxPendingBytes == 7 && configuration.workerCount == 8)
        #expect(configuration.worker.lagMilliseconds == 0 && configuration.worker.jobsPerTransaction == 15)
        let cache = configuration.cache
        #expect(cache.isDisabled && cache.detailTTLSeconds == 16 && cache.temporaryTTLSeconds == 17)
        #expect(cache.maxBytes == 18)
    }

    @Test("A message never holds more jobs than a transaction: with 1 each job has its own commit")
    func jobsPerMessage() throws {
        #expect(try configuration(["DB_WRITE_BATCH": "1"]).jobsPerMessage == 1)
        #expect(try configuration(["DB_WRITE_BATCH": "9999"]).jobsPerMessage == 512)
    }

    @Test(
        "The queue lies beside the database",
        arguments: [
            ("sqlite:///database.db", "database-queue.db"), ("sqlite:////a/b/orders.db", "/a/b/orders-queue.db"),
            ("sqlite:///orders.sqlite", "orders.sqlite-queue"), ("sqlite:///data.db/x", "data.db/x-queue"),
        ])
    func queuePath(url: String, path: String) throws {
        #expect(try configuration(["DATABASE_URL": url]).queuePath == path)
    }

    @Test(
        "A value out of its range stops with its name, whatever the others are",
        arguments: [
            ("PORT", "65536"), ("PORT", "-1"), ("API_WORKERS", "0"), ("API_WORKERS", "257"), ("API_THREADS", "0"),
            ("WORKER_COUNT", "0"), ("WORKER_COUNT", "257"), ("DB_WRITE_BATCH", "0"), ("DB_WRITE_LAG_MS", "-1"),
            ("MAX_CONNECTIONS", "0"), ("MAX_BODY_BYTES", "0"), ("MAX_HEAD_BYTES", "1"), ("IDLE_TIMEOUT_MS", "0"),
            ("CACHE_DISABLED", "perhaps"), ("LOG_LEVEL", "loud"), ("DATABASE_URL", "orders.db"),
            ("RABBITMQ_JOBS_PER_MESSAGE", "0"), ("MAX_IN_FLIGHT_ORDERS", "many"), ("ORDERS_CACHE_TTL", "-5"),
            ("ACCESS_LOG_FORMAT", "%(h"), ("MIN_BODY_BYTES_PER_SECOND", "-1"), ("SHUTDOWN_NOTICE_MS", "-1"),
            ("REUSE_PORT", "maybe"),
            ("MAX_BUFFERED_BYTES", "0"),
        ])
    func outOfRange(name: String, value: String) {
        let error = #expect(throws: SettingError.self) { try configuration([name: value, "HOST": "x"]) }
        #expect(error?.name == name && error?.value == value && error?.expected.isEmpty == false)
    }
}
