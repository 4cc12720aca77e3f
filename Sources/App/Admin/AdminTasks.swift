package import Health
package import Logging
package import Orders
import Reactor

/// The admin thread: resets and seeds, one after the other, so that no event loop waits for them.
package final class AdminTasks {
    private let inbox: AdminInbox
    private let loops: [any AdminAnswerSink]
    private let orders: any OrderAdministration
    private let health: Health
    private let logger: Logger
    private let clock: UUIDv7Clock

    package init(
        inbox: AdminInbox, loops: [any AdminAnswerSink], orders: any OrderAdministration, clock: UUIDv7Clock,
        health: Health,
        logger: Logger
    ) {
        self.inbox = inbox
        self.loops = loops
        self.orders = orders
        self.clock = clock
        self.health = health
        self.logger = logger
    }

    /// Until the inbox is closed. From the signal to stop on, tasks end at the next step.
    package func run() {
        while let request = inbox.next() {
            let outcome = perform(request)
            loops[request.loop].deliver(AdminAnswer(token: request.token, outcome: outcome))
        }
    }

    private func perform(_ request: AdminRequest) -> AdminOutcome {
        guard !health.isStopping else { return .failed("the service is shutting down; nothing was done") }
        guard .now() < request.deadline else {
            return .failed("another task took too long; nothing was done")
        }
        let start = Deadline.now()
        defer { orders.end() }
        do throws(AdminFailure) {
            switch request.task {
            case .reset: try OrderReset(orders).run()
            case .seed(let count): try seed(count)
            }
        } catch {
            logger.error("\(request.task) failed", metadata: ["reason": "\(error.reason)"])
            return .failed(error.reason)
        }
        logger.notice("\(request.task) done", metadata: ["ms": "\(Deadline.now().milliseconds(from: start))"])
        return .done(request.task)
    }

    private func seed(_ count: Int) throws(AdminFailure) {
        var source = FakeOrders(randomSeed: .random(in: .min ... .max), ids: UUIDv7Generator(clock: clock))
        try OrderSeed(orders) { [health] in health.isStopping }.run(count, from: &source)
    }
}

@available(*, unavailable)
extension AdminTasks: Sendable {}

extension AdminRequest.Task: CustomStringConvertible {
    /// For the log.
    package var description: String {
        switch self {
        case .reset: "reset"
        case .seed(let count): "seed of \(count) orders"
        }
    }
}
