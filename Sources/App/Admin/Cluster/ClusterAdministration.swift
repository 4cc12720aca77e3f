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

    package let store: any OrderStore
    private let maintenance: any OrderMaintenance
    private let broker: Broker
    /// nil with CACHE_DISABLED.
    private let endpoint: RedisEndpoint?
    private let fence: RedisFence
    private var ids: UUIDv7Generator
    private let isStopping: () -> Bool
    /// There from ``begin()`` to ``end()``; always nil with CACHE_DISABLED.
    private var redis: RedisConversation?
    private var suspects: Set<UUID> = []

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
        ids = UUIDv7Generator(clock: clock)
    }

    package func begin() throws(AdminFailure) {
        guard let endpoint else { return }
        let conversation = try RedisConversation(endpoint, fence: fence)
        redis = conversation
        try conversation.connect()
    }

    package func end() {
        redis?.close()
        redis = nil
        suspects = []
    }

    // MARK: Drain

    package func drain(until deadline: Deadline) throws(AdminFailure) {
        let markers = QueueMarkers(partitions: broker.topology.partitions, ids: &ids)
        if let redis { try markers.note(in: redis) }
        do throws(AdminFailure) {
            try publish(markers)
            try waitFor(markers, until: deadline)
        } catch {
            if let redis { markers.forget(in: redis) }
            throw error
        }
    }

    private func publish(_ markers: QueueMarkers) throws(AdminFailure) {
        do throws(BrokerError) {
            try markers.publish(to: broker)
        } catch {
            throw AdminFailure(reason: "the queue can't be reached: \(error)")
        }
    }

    /// The database and Redis may fail and come back meanwhile.
    private func waitFor(_ markers: QueueMarkers, until deadline: Deadline) throws(AdminFailure) {
        let messages = markers.messages
        var areApplied = false
        while true {
            var obstacle: String?
            do {
                if !areApplied { areApplied = try maintenance.haveApplied(messages) }
                if areApplied, try redis.map({ try markers.areRepaired(in: $0) }) ?? true { return }
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

    // MARK: The rest

    package func eraseOrders() throws(AdminFailure) {
        do throws(StoreError) {
            try maintenance.removeAllOrders()
        } catch {
            throw AdminFailure(reason: error.description, isUncertain: error.isUncertain)
        }
    }

    package func forgetCaches(_ pass: ResetPass) throws(AdminFailure) {
        guard let redis else { return }
        switch pass {
        case .first(let start): suspects = try RedisSweep.first(redis, start: start)
        case .second(let start): try RedisSweep.second(redis, start: start, suspects: suspects)
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
