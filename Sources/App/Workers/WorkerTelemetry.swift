package import Health
package import Logging
package import Metrics

/// Where all workers of the process tell how they are doing.
package struct WorkerTelemetry: Sendable {
    package let health: Health
    package let logger: Logger
    package let metrics: WorkerMetrics

    package init(health: Health, logger: Logger, metrics: WorkerMetrics) {
        self.health = health
        self.logger = logger
        self.metrics = metrics
    }
}
