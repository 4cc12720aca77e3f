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

    private struct State {
        var reason: String?
        /// The log says that it fails.
        var isLogged = false
    }

    private let logger: Logger
    /// A bit for each part whose reason is not nil. Written under the lock; read before it is taken, so that reporting an unchanged state costs next to nothing.
    private let failing = Atomic<UInt>(0)
    private let states = Mutex<[State]>(Part.allCases.map { _ in State() })
    private let draining = Atomic<Bool>(false)

    init(logger: Logger) { self.logger = logger }

    /// Until the first report about `part` the service is not ready. Nothing is logged.
    func awaits(_ part: Part) { _ = change(part, to: State(reason: "not connected yet")) }

    /// From any thread: nil when the last use of `part` went well, otherwise what went wrong.
    func report(_ part: Part, failure: String?) {
        guard failure != nil || failing.load(ordering: .relaxed) & Self.bit(part) != 0 else { return }
        // Decided under the lock: all workers may notice at the same moment that the database is gone.
        let before = change(part, to: State(reason: failure, isLogged: failure != nil))
        guard before.isLogged != (failure != nil) else { return }
        if let failure {
            logger.error("\(part) is failing", metadata: ["reason": "\(failure)"])
        } else {
            logger.notice("\(part) works again")
        }
    }

    /// Returns what was before.
    private func change(_ part: Part, to new: State) -> State {
        states.withLock { states in
            let before = states[part.rawValue]
            states[part.rawValue] = new
            if new.reason != nil {
                failing.bitwiseOr(Self.bit(part), ordering: .relaxed)
            } else {
                failing.bitwiseAnd(~Self.bit(part), ordering: .relaxed)
            }
            return before
        }
    }

    private static func bit(_ part: Part) -> UInt { UInt(1) << UInt(part.rawValue) }

    /// From now on the service is not ready any more.
    func startDraining() { draining.store(true, ordering: .relaxed) }

    var isDraining: Bool { draining.load(ordering: .relaxed) }

    /// The parts that fail, each with its reason; empty when all is well.
    var failures: [(part: Part, reason: String)] {
        guard failing.load(ordering: .relaxed) != 0 else { return [] }
        return states.withLock { states in
            Part.allCases.compactMap { part in states[part.rawValue].reason.map { (part, $0) } }
        }
    }
}
