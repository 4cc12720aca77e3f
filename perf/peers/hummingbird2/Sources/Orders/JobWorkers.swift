import Foundation
import Logging
import ServiceLifecycle

/// Apply the jobs of the queue to the database, `count` at the same time.
struct JobWorkers: Service {
    let count: Int
    let lag: Duration
    let rabbitMQ: RabbitMQSettings
    let store: OrderStore
    let cache: OrderCache
    let logger: Logger

    func run() async throws {
        await withDiscardingTaskGroup { group in
            for _ in 0..<count {
                group.addTask { await work(JobConsumer(rabbitMQ)) }
            }
        }
    }

    private func work(_ consumer: JobConsumer) async {
        while !Task.isShuttingDownGracefully && !Task.isCancelled {
            do {
                if let delivery = try await consumer.next() { try await handle(delivery, consumer) }
            } catch {
                logger.error("no jobs: \(error)")
                try? await Task.sleep(for: .seconds(1))
            }
        }
    }

    private func handle(_ delivery: JobConsumer.Delivery, _ consumer: JobConsumer) async throws {
        do {
            try await apply(JSONDecoder().decode(Job.self, from: Data(buffer: delivery.body)))
        } catch {
            // Once more: an order's update may have come to another worker before its creation was done.
            logger.error("a job failed: \(error)")
            return try await consumer.reject(delivery, requeue: !delivery.isRedelivered)
        }
        try await consumer.acknowledge(delivery)
    }

    private func apply(_ job: Job) async throws {
        try await Task.sleep(for: lag)
        if let order = try await store.apply(job) {
            try await cache.putApplied(order)
        } else {
            try await cache.forget(job.orderID)
        }
        try await cache.bumpListVersion()
    }
}
