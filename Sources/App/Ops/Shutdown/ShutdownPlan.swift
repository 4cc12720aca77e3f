/// When what happens on the way down, in milliseconds from the signal. Pure.
struct ShutdownPlan: Equatable, Sendable {
    /// Everything is accepted until then, while /ready says no: a balancer has to notice before the listener is closed.
    let noticeMilliseconds: Int
    /// What waits for a broker that doesn't answer is refused.
    let refusalMilliseconds: Int
    /// Clients that have not finished are cut off.
    let cutMilliseconds: Int
    /// The process ends, whatever hangs.
    let exitMilliseconds: Int

    /// - Parameter isInteractive: somebody at a terminal waits for the end; no balancer does.
    init(graceMilliseconds grace: Int, noticeMilliseconds notice: Int, isInteractive: Bool) {
        // For the threads to end, when the clients have had theirs.
        let reserve = min(3_000, grace / 4)
        refusalMilliseconds = grace - reserve
        cutMilliseconds = grace - reserve * 3 / 4
        // For the last lines of the logs.
        exitMilliseconds = grace - min(200, grace / 10)
        noticeMilliseconds = isInteractive ? 0 : min(notice, refusalMilliseconds)
    }
}
