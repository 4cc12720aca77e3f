import Queue

/// How a cluster worker's subscription to its queues stands, from one session to the next. Pure: it is told how
/// sessions begin and end, and answers what to do about it.
struct SubscriptionState: Equatable {
    enum Stage: Equatable {
        /// Not subscribed; the next session tries.
        case subscribing
        /// Subscribed in the session at hand.
        case consuming
        /// Not subscribed, because another client has the queue for itself.
        case standingBy
    }

    /// What to do about the end of a session, before the next one is tried.
    enum Ending: Equatable {
        /// Another client has the queue, which is no failure. Not new when the worker has stood by since an earlier
        /// one.
        case standBy(isNew: Bool)
        /// Too early: say nothing.
        case tryAgain
        case reportFailure
    }

    /// So often in a row the broker may have thrown the worker out before that counts as a failure.
    static let mostEarlyAttempts = 5

    private(set) var stage = Stage.subscribing
    /// How often in a row the broker had not made the queues ready.
    private var earlyAttempts = 0
    /// Only one client may consume the queue: see ``QueueTopology/isConsumedExclusively``.
    private let isExclusive: Bool

    init(isExclusive: Bool) { self.isExclusive = isExclusive }

    /// A session has subscribed. True when the worker had stood by until now.
    mutating func subscribed() -> Bool {
        defer { stage = .consuming }
        earlyAttempts = 0
        return stage == .standingBy
    }

    /// The session ended by `error`, or could not begin.
    mutating func ended(by error: AMQPError) -> Ending {
        let wasSubscribed = stage == .consuming
        if wasSubscribed { stage = .subscribing }
        switch error {
        case .channelClosed(_, code: 403, _) where isExclusive:
            defer { stage = .standingBy }
            return .standBy(isNew: stage != .standingBy)
        // A quorum queue is known to all before the process that serves it has started. Who subscribes in that moment,
        // because another worker has just declared the queue, is thrown out by RabbitMQ with 541, an internal error.
        // That happens at the first start of a deployment, and is over in a tenth of a second. It is no failure to tell
        // of until it goes on for seconds.
        case .closedByBroker(code: 541, _) where !wasSubscribed && earlyAttempts < Self.mostEarlyAttempts:
            earlyAttempts += 1
            return .tryAgain
        default:
            return .reportFailure
        }
    }
}
