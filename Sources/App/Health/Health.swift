import Logging
import Reactor
import Synchronization

/// How the parts that the service depends on are doing, and whether it is on its way down: asked by /ready and the metrics,
/// told by the threads that use the parts.
///
/// Every thread that uses a part has a ``PartReporter`` of its own, made before the threads start. So one that recovers
/// doesn't hide another that has not. A change of a part's state is logged once, not once for each request that notices it.
final class Health: Sendable {
    enum Part: Int, CaseIterable, Sendable {
        /// Storing jobs in the queue.
        case queue
        /// Reading jobs back, for the workers.
        case delivery
        /// Writing orders.
        case database
        /// Reading orders.
        case reads
        /// Redis.
        case cache

        /// Without it the service is slower, and does all that it promises.
        var isOptional: Bool { self == .cache }
    }

    private let logger: Logger
    /// One for each part.
    private let records = Mutex<[PartRecord]>(Part.allCases.map { _ in PartRecord() })
    private let draining = Atomic<Bool>(false)
    private let stopping = Atomic<Bool>(false)

    init(logger: Logger) { self.logger = logger }

    /// For one thread that uses `part`. Until all of a part's reporters have something to tell, the service is not ready.
    ///
    /// - Parameter isProven: it works already, say because its file is open.
    func reporter(for part: Part, isProven: Bool = false) -> PartReporter {
        let now = WallClock.milliseconds()
        let source = records.withLock { $0[part.rawValue].addSource(isProven: isProven, atMilliseconds: now) }
        return PartReporter(health: self, part: part, source: source, isProven: isProven)
    }

    /// From a reporter, on any thread.
    fileprivate func report(_ part: Part, _ source: Int, failure: String?) {
        let now = WallClock.milliseconds()
        // It is shown by /ready too.
        let failure = failure.map { logger.masked($0) }
        // Decided under the lock: all workers may notice at the same moment that the database is gone.
        let news = records.withLock {
            $0[part.rawValue].report(source, failure: failure, atMilliseconds: now)
        }
        switch news {
        case nil: break
        case .fails(let reason): logger.error("\(part) is failing", metadata: ["reason": "\(reason)"])
        case .worksAgain: logger.notice("\(part) works again")
        }
    }

    /// From now on the service is not ready any more. It takes everything still, for those who have not noticed.
    func startDraining() { draining.store(true, ordering: .relaxed) }

    var isDraining: Bool { draining.load(ordering: .relaxed) }

    /// From now on nothing long is begun, and what is under way comes to its end.
    func startStopping() { stopping.store(true, ordering: .relaxed) }

    var isStopping: Bool { stopping.load(ordering: .relaxed) }

    /// The parts that this process uses.
    var parts: [PartState] {
        let records = records.withLock { $0 }
        return Part.allCases.compactMap { records[$0.rawValue].state(of: $0) }
    }

    /// The parts that don't work, or have not been proven to, each with its reason; empty when all is well.
    var failures: [(part: Part, reason: String)] {
        parts.compactMap { part in part.reason.map { (part.part, $0) } }
    }
}

/// What one thread finds out about one part.
final class PartReporter: Sendable {
    private let health: Health
    private let part: Health.Part
    private let source: Int
    /// What was told last. It makes the report of an unchanged state cost next to nothing.
    private let isWell: Atomic<Bool>

    fileprivate init(health: Health, part: Health.Part, source: Int, isProven: Bool) {
        self.health = health
        self.part = part
        self.source = source
        isWell = Atomic(isProven)
    }

    /// From its thread: nil when the last use of the part went well, otherwise what went wrong.
    func report(failure: String?) {
        guard failure != nil || !isWell.load(ordering: .relaxed) else { return }
        isWell.store(failure == nil, ordering: .relaxed)
        health.report(part, source, failure: failure)
    }
}
