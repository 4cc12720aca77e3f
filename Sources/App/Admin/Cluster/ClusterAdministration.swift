import Cache
import Glibc
package import Orders
package import Queue
package import Reactor
package import Store

/// Resets and seeds on Redis, RabbitMQ and the database, for all instances.
package final class ClusterAdministration: OrderAdministration {
    /// Between two looks at whether the queue is drained.
    private static let lookMicroseconds: UInt32 = 20_000

    /// Twice as long as between two looks of a loop (`CacheState`).
    private static let spreadMilliseconds = 2_000

    package let store: any OrderStore
    private let maintenance: any OrderMaintenance
    private let broker: Broker
    /// nil with CACHE_DISABLED.
    private let endpoint: RedisEndpoint?
    private let fence: RedisFence
    private let clock: UUIDv7Clock
    private var ids: UUIDv7Generator
    private let isStopping: () -> Bool
    /// There from ``begin()`` to ``end()``; always nil with CACHE_DISABLED.
    private var redis: RedisConversation?
    /// That of the last erasure.
    private var reset = OrderVersion.none

    package init(
        database: OrderDatabase, broker: Broker, redis endpoint: RedisEndpoint?, fence: RedisFence,
        clock: UUIDv7Clock, isStopping: @escaping () -> Bool
    ) {
        store = database.makeStore()
        maintenance = database.makeMaintenance()
        self.broker = broker
        self.endpoint = endpoint
        self.fence = fence
        self.isStopping = isStopping
        self.clock = clock
        ids = UUIDv7Generator(clock: clock)
    }

    package func begin() throws(AdminFailure) {
        do throws(StoreError) {
            // What was created up to an earlier reset has no effect: neither have markers, nor seeds, of a clock that
            // is behind.
            clock.raise(above: try maintenance.highestVersion())
        } catch {
            throw AdminFailure(reason: error.description)
        }
        guard let endpoint else { return }
        let conversation = try RedisConversation(endpoint, fence: fence)
        redis = conversation
        try conversation.connect()
    }

    package func end() {
        redis?.close()
        redis = nil
    }

    // MARK: Drain

    package func drain(until deadline: Deadline) throws(AdminFailure) {
        // Another instance may delete all orders meanwhile, and with them what tells that the markers were applied.
        while try !drainOnce(until: deadline) {}
    }

    /// False when it isn't known whether the markers were applied.
    private func drainOnce(until deadline: Deadline) throws(AdminFailure) -> Bool {
        let markers = QueueMarkers(partitions: broker.topology.partitions, ids: &ids)
        if let redis { try markers.note(in: redis) }
        do throws(AdminFailure) {
            try publish(markers)
            if try waitFor(markers, until: deadline) { return true }
        } catch {
            if let redis { markers.forget(in: redis) }
            throw error
        }
        if let redis { markers.forget(in: redis) }
        return false
    }

    private func publish(_ markers: QueueMarkers) throws(AdminFailure) {
        do throws(BrokerError) {
            try markers.publish(to: broker)
        } catch {
            throw AdminFailure(reason: "the queue can't be reached: \(error)")
        }
    }

    /// The database and Redis may fail and come back meanwhile.
    private func waitFor(_ markers: QueueMarkers, until deadline: Deadline) throws(AdminFailure) -> Bool {
        let orders = markers.orders
        var areApplied = false
        while true {
            var obstacle: String?
            do {
                if !areApplied { areApplied = try maintenance.haveDeleted(orders) }
                if areApplied, try redis.map({ try markers.areRepaired(in: $0) }) ?? true { return true }
                if !areApplied, try raiseClock(above: maintenance.newestReset(), of: markers) { return false }
            } catch let error as AdminFailure {
                obstacle = error.reason
            } catch {
                obstacle = "\(error)"
            }
            guard !isStopping() else { throw AdminFailure(reason: "the service is shutting down") }
            guard Deadline.now() < deadline else {
                throw AdminFailure(
                    reason: "the workers did not work the queue off in time" + (obstacle.map { " (\($0))" } ?? ""))
            }
            usleep(Self.lookMicroseconds)
        }
    }

    /// Whether all orders were deleted since the markers were made; then the next ones are above that.
    private func raiseClock(above reset: OrderVersion, of markers: QueueMarkers) -> Bool {
        guard let oldest = markers.orders.map({ OrderVersion(ofCreation: $0) }).min(), oldest <= reset else {
            return false
        }
        clock.raise(above: reset)
        return true
    }

    // MARK: The rest

    package func eraseOrders() throws(AdminFailure) {
        do throws(StoreError) {
            reset = try maintenance.removeAllOrders()
        } catch {
            throw AdminFailure(reason: error.description, isUncertain: error.isUncertain)
        }
    }

    package func forgetCaches() throws(AdminFailure) {
        if let redis {
            var command = RedisCommand()
            command.begin(.raiseReset)
            command.append(key: .reset)
            command.append(version: reset)
            _ = try redis.ask(.raiseReset, command)
            try RedisSweep.run(redis, upTo: reset)
        }
        waitForLoops()
    }

    /// Returns when all loops have looked for the reset, and give new orders ids above it whatever their clocks say.
    private func waitForLoops() {
        let end = Deadline.now().advanced(byMilliseconds: Self.spreadMilliseconds)
        while Deadline.now() < end, !isStopping() {
            usleep(Self.lookMicroseconds)
            // The connection is kept alive by that.
            try? redis?.connect()
        }
    }

    package func listChanged() throws(AdminFailure) {
        guard let redis else { return }
        var command = RedisCommand()
        command.append("INCR")
        command.append(key: .listVersion)
        _ = try redis.ask(command)
    }
}

@available(*, unavailable)
extension ClusterAdministration: Sendable {}
