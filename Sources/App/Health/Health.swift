import Log
package import Logging
import Reactor
import Synchronization

/// How the dependencies of the service are doing, and whether it is on its way down: asked by /ready and the metrics,
/// told by the threads that use the dependencies.
///
/// Every thread that uses a dependency has a ``DependencyReporter`` of its own, made before the threads start. So one
/// that recovers doesn't hide another that has not. A change of a dependency's state is logged once, not once for each
/// request that notices it.
package final class Health: Sendable {
    package enum Dependency: Int, CaseIterable, Sendable {
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
        package var isOptional: Bool { self == .cache }
    }

    private let logger: Logger
    /// One for each dependency.
    private let records = Mutex<[DependencyRecord]>(Dependency.allCases.map { _ in DependencyRecord() })
    private let draining = Atomic<Bool>(false)
    private let stopping = Atomic<Bool>(false)

    package init(logger: Logger) { self.logger = logger }

    /// For one thread that uses `dependency`. Until all of a dependency's reporters have something to tell, the service
    /// is not ready.
    ///
    /// - Parameter isProven: it works already, say because its file is open.
    package func reporter(for dependency: Dependency, isProven: Bool = false) -> DependencyReporter {
        let now = WallClock.milliseconds()
        let source = records.withLock { $0[dependency.rawValue].addSource(isProven: isProven, atMilliseconds: now) }
        return DependencyReporter(health: self, dependency: dependency, source: source, isProven: isProven)
    }

    /// From a reporter, on any thread.
    fileprivate func report(_ dependency: Dependency, _ source: Int, failure: String?) {
        let now = WallClock.milliseconds()
        // It is shown by /ready too.
        let failure = failure.map { logger.masked($0) }
        // Decided under the lock: all workers may notice at the same moment that the database is gone.
        let news = records.withLock {
            $0[dependency.rawValue].report(source, failure: failure, atMilliseconds: now)
        }
        switch news {
        case nil: break
        case .fails(let reason): logger.error("\(dependency) is failing", metadata: ["reason": "\(reason)"])
        case .worksAgain: logger.notice("\(dependency) works again")
        }
    }

    /// From now on the service is not ready any more. It takes everything still, for those who have not noticed.
    package func startDraining() { draining.store(true, ordering: .relaxed) }

    package var isDraining: Bool { draining.load(ordering: .relaxed) }

    /// From now on nothing long is begun, and what is under way comes to its end.
    package func startStopping() { stopping.store(true, ordering: .relaxed) }

    package var isStopping: Bool { stopping.load(ordering: .relaxed) }

    /// The dependencies that this process uses.
    package var dependencies: [DependencyState] {
        let records = records.withLock { $0 }
        return Dependency.allCases.compactMap { records[$0.rawValue].state(of: $0) }
    }

    /// The dependencies that don't work, or have not been proven to, each with its reason; empty when all is well.
    package var failures: [(dependency: Dependency, reason: String)] {
        dependencies.compactMap { dependency in dependency.reason.map { (dependency.dependency, $0) } }
    }
}

/// What one thread finds out about one dependency.
package final class DependencyReporter: Sendable {
    private let health: Health
    private let dependency: Health.Dependency
    private let source: Int
    /// What was told last. It makes the report of an unchanged state cost next to nothing.
    private let isWell: Atomic<Bool>

    fileprivate init(health: Health, dependency: Health.Dependency, source: Int, isProven: Bool) {
        self.health = health
        self.dependency = dependency
        self.source = source
        isWell = Atomic(isProven)
    }

    /// From its thread: nil when the last use of the dependency went well, otherwise what went wrong.
    package func report(failure: String?) {
        guard failure != nil || !isWell.load(ordering: .relaxed) else { return }
        isWell.store(failure == nil, ordering: .relaxed)
        health.report(dependency, source, failure: failure)
    }
}
