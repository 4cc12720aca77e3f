import Logging
import Reactor

/// The embedded service: everything in one process, started and taken down in order.
///
/// Start: database, queue, what the queue still holds, then the threads, the listeners last. Stop: listeners and loops
/// first, then readers and workers, and the committer when nobody is left who could ask it for anything.
struct EmbeddedService {
    private let configuration: Configuration
    private let logger: Logger
    /// nil when it is off.
    private let accessLog: AccessLogDestination?
    private let shutdown: Shutdown
    private let health: Health

    init(
        _ configuration: Configuration, logger: Logger, accessLog: AccessLogDestination?, shutdown: Shutdown
    ) {
        self.configuration = configuration
        self.logger = logger
        self.accessLog = accessLog
        self.shutdown = shutdown
        health = Health(logger: logger)
    }

    /// Until SIGTERM or SIGINT; returns the exit status.
    func run() -> Int32 {
        logger.notice(
            "starting",
            metadata: [
                "version": "\(Spillway.version)", "mode": "embedded", "workers": "\(configuration.workerCount)",
                "lag_ms": "\(configuration.worker.lagMilliseconds)",
                "batch": "\(configuration.worker.jobsPerTransaction)",
                "cache": configuration.cache.isDisabled ? "off" : "on",
            ])
        do {
            // Held until the last thread has ended.
            let lock = try QueueLock(path: configuration.queuePath)
            defer { withExtendedLifetime(lock) {} }
            let parts = try EmbeddedParts(configuration, logger: logger, accessLog: accessLog, health: health)
            let background = try parts.startBackgroundThreads()
            let main = MainLoop(shutdown, logger: logger, accessLog: accessLog?.writer, health: health)
            try main.run(parts.loops, refuse: {}) { try parts.startLoops(onEnd: $0) }
            parts.stop(background)
            logger.notice("stopped")
            return 0
        } catch {
            logger.critical("can't run", metadata: ["reason": "\(error)"])
            return 1
        }
    }
}
