import Logging
import Reactor

/// The service on Redis, RabbitMQ and a database: started and taken down in order.
///
/// Stop: listeners and loops first, which the publisher still serves; then the workers, each with what it has in hand; the
/// cache keeper when nobody is left who could ask it for anything.
struct ClusterService {
    private let configuration: Configuration
    private let cluster: ClusterConfiguration
    private let roles: ClusterParts.Roles
    private let logger: Logger
    /// nil when it is off.
    private let accessLog: AccessLogDestination?
    private let shutdown: Shutdown
    private let health: Health

    init(
        _ configuration: Configuration, _ cluster: ClusterConfiguration, roles: ClusterParts.Roles, logger: Logger,
        accessLog: AccessLogDestination?, shutdown: Shutdown
    ) {
        self.configuration = configuration
        self.cluster = cluster
        self.roles = roles
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
                "version": "\(Spillway.version)", "mode": "\(roles.name)", "workers": "\(configuration.workerCount)",
                "lag_ms": "\(configuration.worker.lagMilliseconds)",
                "batch": "\(configuration.worker.jobsPerTransaction)", "queue": "\(cluster.topology.name)",
                "partitions": "\(cluster.topology.partitions)", "cache": cluster.redis == nil ? "off" : "on",
            ])
        do {
            let parts = try ClusterParts(
                configuration, cluster, roles: roles, logger: logger, accessLog: accessLog, health: health)
            let threads = try parts.startBackgroundThreads()
            let main = MainLoop(shutdown, logger: logger, accessLog: accessLog?.writer, health: health)
            try main.run(parts.loops, refuse: parts.refuse) { try parts.startLoops(onEnd: $0) }
            parts.stop(threads)
            logger.notice("stopped")
            return 0
        } catch {
            logger.critical("can't run", metadata: ["reason": "\(error)"])
            return 1
        }
    }
}
