import Logging
import Synchronization

/// How the parts that the service depends on are doing; asked by /ready, told by the threads that use them.
///
/// A change of state is logged once, not once for each request that notices it.
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
    /// A bit for each part whose reason is not nil. Written under the lock; read before it is taken, so that reporting an unchanged state costs next to nothing.
    private let failing = Atomic<UInt>(0)
    private let reasons = Mutex<[String?]>(Part.allCases.map { _ in nil })
    private let draining = Atomic<Bool>(false)

    init(logger: Logger) { self.logger = logger }

    /// From any thread: nil when the last use of `part` went well, otherwise what went wrong.
    func report(_ part: Part, failure: String?) {
        let bit = UInt(1) << UInt(part.rawValue)
        guard failure != nil || failing.load(ordering: .relaxed) & bit != 0 else { return }
        // Decided under the lock: all workers may notice at the same moment that the database is gone.
        let isChange = reasons.withLock { reasons in
            let wasFailing = reasons[part.rawValue] != nil
            reasons[part.rawValue] = failure
            if failure != nil {
                failing.bitwiseOr(bit, ordering: .relaxed)
            } else {
                failing.bitwiseAnd(~bit, ordering: .relaxed)
            }
            return wasFailing != (failure != nil)
        }
        guard isChange else { return }
        if let failure {
            logger.error("\(part) is failing", metadata: ["reason": "\(failure)"])
        } else {
            logger.notice("\(part) works again")
        }
    }

    /// From now on the service is not ready any more.
    func startDraining() { draining.store(true, ordering: .relaxed) }

    var isDraining: Bool { draining.load(ordering: .relaxed) }

    /// The parts that fail, each with its reason; empty when all is well.
    var failures: [(part: Part, reason: String)] {
        guard failing.load(ordering: .relaxed) != 0 else { return [] }
        return reasons.withLock { reasons in
            Part.allCases.compactMap { part in reasons[part.rawValue].map { (part, $0) } }
        }
    }
}
