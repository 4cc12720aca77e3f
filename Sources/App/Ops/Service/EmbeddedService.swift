import Cache
import Logging
import Queue

/// The embedded service: everything in one process, started and taken down in order.
///
/// Start: database, queue, what the queue still holds, then the threads, the listeners last. Stop: listeners and loops
/// first, then readers and workers, and the committer when nobody is left who could ask it for anything.
struct EmbeddedService {
    let process: ServiceProcess

    /// Until SIGTERM or SIGINT; returns the exit status.
    func run() -> Int32 {
        let configuration = process.configuration
        return process.run(as: "embedded", ["cache": configuration.cache.isDisabled ? "off" : "on"]) {
            // Held until the last thread has ended.
            let lock = try EmbeddedQueueLock(path: configuration.queuePath)
            defer { withExtendedLifetime(lock) {} }
            try process.serve(EmbeddedComponents(process))
        }
    }
}
