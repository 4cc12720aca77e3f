import Glibc
import Logging
import Reactor

/// The main thread while the service runs: has the access log opened anew at SIGHUP, waits for SIGTERM and SIGINT, then for
/// the end of the event loops.
struct MainLoop {
    private let configuration: Configuration
    private let logger: Logger
    /// nil when it is off.
    private let accessLog: AccessLogWriter?
    private let health: Health

    init(_ configuration: Configuration, logger: Logger, accessLog: AccessLogWriter?, health: Health) {
        self.configuration = configuration
        self.logger = logger
        self.accessLog = accessLog
        self.health = health
    }

    /// Returns when all loops have ended, which takes the grace period at most, or without loops at the first signal.
    ///
    /// - Parameter start: starts one thread for each of `loops`, which calls its argument when it is done.
    func run(
        _ loops: [LoopMailbox], start: (_ onEnd: @escaping @Sendable () -> Void) throws -> [Thread] = { _ in [] }
    ) throws {
        let main = try EventLoop()
        let ended = try Mailbox<LoopEnd>(capacity: max(1, loops.count))
        let watch = try LoopWatch(ended, count: loops.count, loop: main)
        let grace = GracePeriod(loops)
        let signals = try SignalSource(ProcessSetup.signals, loop: main) {
            [health, configuration, logger, accessLog, unowned main] signal in
            if signal == SIGHUP {
                accessLog?.reopen()
                return logger.notice("reopening the access log", metadata: ["is_on": "\(accessLog != nil)"])
            }
            // The queue is made for an end at any moment.
            if health.isDraining { _exit(1) }
            logger.notice("stopping", metadata: ["signal": "\(signal)"])
            health.startDraining()
            if loops.isEmpty { return main.stop() }
            for loop in loops { loop.post(.drain) }
            main.schedule(afterMilliseconds: configuration.shutdownGraceSeconds * 1_000, grace)
        }
        let threads = try start { _ = ended.post(LoopEnd()) }
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
