import Glibc
import Logging
import Reactor

/// The embedded service: everything in one process, started and taken down in order.
///
/// Start: database, queue, what the queue still holds, then the threads, the listeners last. Stop: listeners and loops
/// first, then readers and workers, and the committer when nobody is left who could ask it for anything.
struct EmbeddedService {
    private let configuration: Configuration
    private let logger: Logger
    private let health: Health

    init(_ configuration: Configuration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
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
            let parts = try EmbeddedParts(configuration, logger: logger, health: health)
            let background = try parts.startBackgroundThreads()
            try serve(parts)
            parts.stop(background)
            logger.notice("stopped")
            return 0
        } catch {
            logger.critical("can't run", metadata: ["reason": "\(error)"])
            return 1
        }
    }

    private func serve(_ parts: EmbeddedParts) throws {
        let main = try EventLoop()
        let ended = try Mailbox<LoopEnd>(capacity: parts.loops.count)
        let watch = try LoopWatch(ended, count: parts.loops.count, loop: main)
        let grace = GracePeriod(parts.loops)
        let signals = try SignalSource(ProcessSetup.stopSignals, loop: main) {
            [health, configuration, logger, unowned main] signal in
            // The queue is made for an end at any moment.
            if health.isDraining { _exit(1) }
            logger.notice("stopping", metadata: ["signal": "\(signal)"])
            health.startDraining()
            for loop in parts.loops { loop.post(.drain) }
            main.schedule(afterMilliseconds: configuration.shutdownGraceSeconds * 1_000, grace)
        }
        let threads = try parts.startLoops { _ = ended.post(LoopEnd()) }
        withExtendedLifetime((signals, watch)) { main.run() }
        for thread in threads { thread.join() }
    }
}

/// An event loop of the API has ended.
private struct LoopEnd: Sendable {}

/// Stops the main loop when all loops of the API have ended.
private final class LoopWatch: EventHandler {
    private let ended: Mailbox<LoopEnd>
    private unowned let loop: EventLoop
    private var running: Int
    private var messages: [LoopEnd] = []

    init(_ ended: Mailbox<LoopEnd>, count: Int, loop: EventLoop) throws(SystemError) {
        self.ended = ended
        self.loop = loop
        running = count
        _ = try loop.register(ended.descriptor, .read, self)
    }

    func descriptorReady(_ ready: Readiness) {
        ended.drain(into: &messages)
        running -= messages.count
        messages.removeAll(keepingCapacity: true)
        if running == 0 { loop.stop() }
    }
}

/// Stops the loops whose clients did not finish in time.
private final class GracePeriod: TimerHandler {
    private let loops: [LoopMailbox]

    init(_ loops: [LoopMailbox]) { self.loops = loops }

    func timerFired(_ timer: TimerID) {
        for loop in loops { loop.post(.stop) }
    }
}
