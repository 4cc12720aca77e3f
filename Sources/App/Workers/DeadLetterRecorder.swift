import Logging
import Metrics
import Orders
import Queue
import Store

/// Sets jobs aside that can't be applied: stores them as dead letters, counts them, and tells the log. For the workers
/// of either queue.
struct DeadLetterRecorder {
    private let sink: any DeadLetterSink
    private let telemetry: WorkerTelemetry

    init(_ sink: any DeadLetterSink, _ telemetry: WorkerTelemetry) {
        self.sink = sink
        self.telemetry = telemetry
    }

    /// Returns when `letters` are durable, which are those of `jobs`. Blocks.
    func setAside(_ jobs: [RejectedJob], as letters: [DeadLetter]) throws(StoreError) {
        try sink.store(letters)
        telemetry.metrics.update { $0.deadLetters &+= UInt64(jobs.count) }
        for job in jobs {
            telemetry.logger.warning(
                "job set aside", metadata: ["job_id": "\(job.id?.description ?? "unknown")", "reason": "\(job.reason)"])
        }
    }
}
