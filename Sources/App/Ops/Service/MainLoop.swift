import Glibc
import Health
import Log
import Logging
import Reactor

/// The main thread while the service runs: has the access log opened anew at SIGHUP, changes the log's level at SIGUSR1
/// and SIGUSR2, waits for SIGTERM and SIGINT, then for the end of the event loops.
struct MainLoop {
    private let shutdown: Shutdown
    private let logger: Logger
    /// nil when it is off.
    private let accessLog: AccessLogWriter?
    private let health: Health

    init(_ shutdown: Shutdown, logger: Logger, accessLog: AccessLogWriter?, health: Health) {
        self.shutdown = shutdown
        self.logger = logger
        self.accessLog = accessLog
        self.health = health
    }

    /// Returns when all loops have ended, or without loops at the first signal.
    ///
    /// - Parameters: - refuse: see ``Shutdown/begin(signal:loops:health:refuse:)``. - start: starts one thread for each
    ///   of `loops`, which calls its argument when it is done, with the number of clients that were cut off.
    func run(
        _ loops: [LoopMailbox], refuse: @escaping @Sendable () -> Void,
        start: (_ onEnd: @escaping @Sendable (Int) -> Void) throws -> [Thread]
    ) throws {
        let main = try EventLoop()
        let ended = try Mailbox<LoopEnd>(capacity: max(1, loops.count))
        let watch = try LoopWatch(ended, count: loops.count, loop: main)
        let signals = try SignalSource(ProcessSetup.signals, loop: main) {
            [health, shutdown, logger, accessLog, unowned main] signal in
            if signal == SIGHUP {
                accessLog?.reopen()
                return logger.notice("reopening the access log", metadata: ["is_on": "\(accessLog != nil)"])
            }
            if signal == SIGUSR1 || signal == SIGUSR2 { return logger.changeLevel(by: signal) }
            // Two came at once. The queue is made for an end at any moment.
            if health.isDraining { _exit(1) }
            shutdown.begin(signal: signal, loops: loops, health: health, refuse: refuse)
            if loops.isEmpty { main.stop() }
        }
        let threads = try start { _ = ended.post(LoopEnd(cutOff: $0)) }
        withExtendedLifetime(signals) { main.run() }
        for thread in threads { thread.join() }
        if watch.cutOff > 0 {
            logger.warning("clients that had not finished were cut off", metadata: ["connections": "\(watch.cutOff)"])
        }
    }
}

/// An event loop of the API has ended.
private struct LoopEnd: Sendable {
    /// Clients that had not finished.
    let cutOff: Int
}

/// Stops the main loop when all loops of the API have ended.
private final class LoopWatch: EventHandler {
    private let ended: Mailbox<LoopEnd>
    private unowned let loop: EventLoop
    private var running: Int
    private var messages: [LoopEnd] = []
    private(set) var cutOff = 0

    init(_ ended: Mailbox<LoopEnd>, count: Int, loop: EventLoop) throws(SystemError) {
        self.ended = ended
        self.loop = loop
        running = count
        _ = try loop.register(ended.descriptor, .read, self)
    }

    func descriptorReady(_ ready: Readiness) {
        ended.drain(into: &messages)
        running -= messages.count
        for message in messages { cutOff += message.cutOff }
        messages.removeAll(keepingCapacity: true)
        if running == 0 { loop.stop() }
    }
}
