import Health
import Logging
import Reactor
import Workers

/// The parts of one profile of the service, and the threads that they run on.
protocol ServiceComponents {
    associatedtype BackgroundThreads

    /// None where this process has no API.
    var loops: [LoopMailbox] { get }

    /// All but the event loops.
    func startBackgroundThreads() throws -> BackgroundThreads

    /// One thread for each loop; `onEnd` is called by each when it is done. Throws when the address can't be had.
    func startLoops(onEnd: @escaping @Sendable (_ cutOff: Int) -> Void) throws -> [Thread]

    /// Gives up what waits for somebody who doesn't answer, so that clients are told.
    func refuse()

    /// After the loops have ended: takes the other threads down, in their order.
    func stop(_ threads: BackgroundThreads)
}

/// The life of a process of the service, of whatever profile: start, the main loop, stop.
struct ServiceProcess {
    let configuration: Configuration
    let logger: Logger
    /// nil when it is off.
    let accessLog: AccessLogDestination?
    let shutdown: Shutdown
    let health: Health

    init(_ configuration: Configuration, logger: Logger, accessLog: AccessLogDestination?, shutdown: Shutdown) {
        self.configuration = configuration
        self.logger = logger
        self.accessLog = accessLog
        self.shutdown = shutdown
        health = Health(logger: logger)
    }

    /// Says how the service starts and ends around `body`, which is to ``serve(_:)``; returns the exit status.
    func run(as mode: String, _ details: Logger.Metadata, _ body: () throws -> Void) -> Int32 {
        let common: Logger.Metadata = [
            "version": "\(Spillway.version)", "mode": "\(mode)", "workers": "\(configuration.workerCount)",
            "lag_ms": "\(configuration.worker.lagMilliseconds)",
            "batch": "\(configuration.worker.jobsPerTransaction)",
        ]
        logger.notice("starting", metadata: common.merging(details) { $1 })
        do {
            try body()
            logger.notice("stopped")
            return 0
        } catch {
            logger.critical("can't run", metadata: ["reason": "\(error)"])
            return 1
        }
    }

    /// Until SIGTERM or SIGINT.
    func serve(_ parts: some ServiceComponents & Sendable) throws {
        let threads = try parts.startBackgroundThreads()
        let main = MainLoop(shutdown, logger: logger, accessLog: accessLog?.writer, health: health)
        try main.run(parts.loops, refuse: { parts.refuse() }) { try parts.startLoops(onEnd: $0) }
        parts.stop(threads)
    }
}
