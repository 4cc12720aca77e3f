package import Cache
import Health
import Logging
import Metrics
package import Orders
package import Queue
import Reactor
package import Store

/// One thread of the fixed pool: consumes its partitions from the broker, applies each batch in one transaction after
/// the simulated lag, repairs the cache, and acknowledges.
///
/// A crash anywhere changes nothing: until the acknowledgement the broker delivers again, in whatever order, and a job
/// that was applied finds its own version in the store, or a newer one. When the connection is lost, the batch in hand
/// is dropped and a new session begins. The worker lives from session to session; a ``WorkerSession`` does what is to
/// be done on one connection.
package final class ClusterWorker {
    /// What all workers of the process share.
    package struct Shared: Sendable {
        package let broker: Broker
        package let settings: ClusterWorkerSettings
        package let cache: any CacheRepair
        package let active: ActivePartitions
        /// For the ids of dead letters.
        package let clock: UUIDv7Clock
        package let telemetry: WorkerTelemetry
        package let stop: StopFlag

        package init(
            broker: Broker, settings: ClusterWorkerSettings, cache: any CacheRepair, active: ActivePartitions,
            clock: UUIDv7Clock, telemetry: WorkerTelemetry, stop: StopFlag
        ) {
            self.broker = broker
            self.settings = settings
            self.cache = cache
            self.active = active
            self.clock = clock
            self.telemetry = telemetry
            self.stop = stop
        }
    }

    /// What one worker has for itself.
    package struct Share {
        package let index: Int
        /// None is fine, but then the worker never tells how delivery is.
        package let partitions: [Int]
        /// Used by this thread alone, if it can't be shared.
        package let store: any OrderStore

        package init(index: Int, partitions: [Int], store: any OrderStore) {
            self.index = index
            self.partitions = partitions
            self.store = store
        }
    }

    private let shared: Shared
    private let share: Share
    private let delivery: DependencyReporter
    private let applier: BatchApplier
    private var subscription: SubscriptionState
    private var pause = Backoff.ofSession

    package init(_ shared: Shared, _ share: Share) {
        self.shared = shared
        self.share = share
        delivery = shared.telemetry.health.reporter(for: .delivery)
        applier = BatchApplier(shared, store: share.store, delivery: delivery)
        subscription = SubscriptionState(isExclusive: shared.broker.topology.isConsumedExclusively)
    }

    /// Until the flag is raised. What is in hand then and not yet being applied goes back to the broker.
    package func run() {
        guard !share.partitions.isEmpty else { return }
        while !shared.stop.isRaised {
            do throws(AMQPError) {
                try serveSession()
            } catch {
                note(error)
                applier.drop()
                // Without a session nobody else would look.
                _ = applier.lookAtDatabase()
            }
            shared.active.note([], of: share.partitions)
            shared.telemetry.metrics.update { $0.unacknowledged[share.index] = WorkerFigures.Unacknowledged() }
            _ = shared.stop.wait(until: .now().advanced(byMilliseconds: pause.nextJittered()))
        }
    }

    private func serveSession() throws(AMQPError) {
        let session = try WorkerSession(shared, share, applier)
        delivery.report(failure: nil)
        if subscription.subscribed() { shared.telemetry.logger.notice("the queue is consumed here again") }
        // Not as soon as a session begins: the broker counts deliveries that come to nothing, and takes a message for
        // poisoned after a hundred.
        defer { if session.appliedBatches > 0 { pause.reset() } }
        try session.serve()
    }

    private func note(_ error: AMQPError) {
        switch subscription.ended(by: error) {
        case .standBy(let isNew):
            if isNew { shared.telemetry.logger.notice("another client consumes the queue, standing by") }
            delivery.report(failure: nil)
        case .tryAgain: break
        case .reportFailure: delivery.report(failure: error.description)
        }
    }
}

@available(*, unavailable)
extension ClusterWorker: Sendable {}
