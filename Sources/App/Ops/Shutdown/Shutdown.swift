import Glibc
import Health
import Logging
import Reactor

/// The way down, from the first signal to stop on: a thread of its own, so that nothing that hangs can hold it up.
/// Whatever happens, the process has ended when the grace period is over.
///
/// It ends with 0 also when something was cut off: nothing that was acknowledged is lost by that, as it isn't by `kill
/// -9`.
final class Shutdown: Sendable {
    private let graceMilliseconds: Int
    private let noticeMilliseconds: Int
    private let logger: Logger
    private let closeLogs: @Sendable (_ withinMilliseconds: Int) -> Void

    /// `closeLogs` writes what the logs still hold, and gives up in time.
    init(
        _ configuration: Configuration, logger: Logger,
        closeLogs: @escaping @Sendable (_ withinMilliseconds: Int) -> Void
    ) {
        graceMilliseconds = configuration.shutdownGraceSeconds * 1_000
        noticeMilliseconds = configuration.shutdownNoticeMilliseconds
        self.logger = logger
        self.closeLogs = closeLogs
    }

    /// From the main thread, once. Returns at once; another signal ends the process from now on.
    ///
    /// - Parameters:
    ///   - refuse: gives up what waits for somebody who doesn't answer, so that clients are told.
    func begin(
        signal: Int32, loops: [LoopMailbox], health: Health, refuse: @escaping @Sendable () -> Void
    ) {
        let start = Deadline.now()
        let plan = ShutdownPlan(
            graceMilliseconds: graceMilliseconds, noticeMilliseconds: loops.isEmpty ? 0 : noticeMilliseconds,
            isInteractive: signal == SIGINT)
        health.startDraining()
        ProcessSetup.exitAtNextSignal()
        logger.notice(
            "stopping", metadata: ["signal": "\(signal)", "notice_ms": "\(plan.noticeMilliseconds)"])
        // Not joined: it outlives everything else, and ends with the process.
        _ = Thread(name: "shutdown") { [self] in
            if plan.noticeMilliseconds > 0 {
                for loop in loops { loop.post(.announceClose) }
                start.advanced(byMilliseconds: plan.noticeMilliseconds).sleep()
            }
            health.startStopping()
            for loop in loops { loop.post(.drain) }
            start.advanced(byMilliseconds: plan.refusalMilliseconds).sleep()
            refuse()
            start.advanced(byMilliseconds: plan.cutMilliseconds).sleep()
            for loop in loops { loop.post(.stop) }
            start.advanced(byMilliseconds: plan.exitMilliseconds).sleep()
            endNow(start.advanced(byMilliseconds: graceMilliseconds))
        }
    }

    private func endNow(_ deadline: Deadline) {
        let unfinished = Self.unfinishedThreads()
        logger.warning(
            "the grace period is over: ending with work unfinished, which the next start takes up",
            metadata: ["unfinished": "\(unfinished.isEmpty ? "logs" : unfinished.joined(separator: " "))"])
        closeLogs(deadline.milliseconds(from: .now()))
        _exit(0)
    }

    /// Of those that have something to finish.
    private static func unfinishedThreads() -> [String] {
        let helpers: Set = ["log", "access-log", "watchdog", "doctor", "opener", "shutdown"]
        return Thread.runningNames().filter { !helpers.contains($0) }.sorted()
    }
}
