import Logging

/// Where all workers of the process tell how they are doing.
struct WorkerTelemetry: Sendable {
    let health: Health
    let logger: Logger
    let metrics: WorkerMetrics
}
