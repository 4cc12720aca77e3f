import Logging
import Metrics
import Queue
import Reactor

/// One connection of a cluster worker to the broker, from the subscription to its end: takes deliveries, has batches
/// applied when they are due, acknowledges them, and leaves partitions to other instances. Used by one thread.
final class WorkerSession {
    private let shared: ClusterWorker.Shared
    private let share: ClusterWorker.Share
    private let applier: BatchApplier
    private let connection: AMQPConnection
    private let consumers: [PartitionConsumer]
    private let register: InstanceRegister
    private var schedule: BatchSchedule
    /// Bodies of what was read from the socket last.
    private var bodies = ByteBuffer()
    /// What the metrics were told last.
    private var reportedUnacknowledged = WorkerFigures.Unacknowledged()
    /// How many batches were applied and acknowledged.
    private(set) var appliedBatches = 0

    /// Connects, makes the queues that are not there yet, and subscribes to those of the worker's partitions. Blocks.
    init(_ shared: ClusterWorker.Shared, _ share: ClusterWorker.Share, _ applier: BatchApplier) throws(AMQPError) {
        self.shared = shared
        self.share = share
        self.applier = applier
        let (topology, settings) = (shared.broker.topology, shared.settings)
        connection = try AMQPConnection.open(
            shared.broker.endpoint, name: "spillway worker \(share.index)", settings: settings.connection,
            watchdog: shared.broker.watchdog)
        consumers = share.partitions.enumerated().map { slot, partition in
            PartitionConsumer(slot: slot, partition: partition, queue: topology.queueName(partition))
        }
        register = InstanceRegister(connection, channel: 2 * consumers.count + 1, topology: topology)
        schedule = BatchSchedule(
            slots: consumers.count,
            settings: BatchSchedule.Settings(
                jobsPerTransaction: settings.transactions.jobsPerTransaction,
                lagMilliseconds: settings.transactions.lagMilliseconds,
                balanceMilliseconds: settings.balanceMilliseconds),
            now: .now())
        try subscribe()
    }

    private func subscribe() throws(AMQPError) {
        let topology = shared.broker.topology
        try connection.openChannel(consumers[0].channel)
        try topology.declare(on: connection, channel: consumers[0].channel)
        try connection.closeChannel(consumers[0].channel)
        for consumer in consumers {
            try consumer.subscribe(
                on: connection, prefetch: shared.settings.prefetch, exclusive: topology.isConsumedExclusively)
        }
    }

    /// Until the worker is told to stop.
    func serve() throws(AMQPError) {
        if isRegistrar { try register.enter() }
        while true {
            if shared.stop.isRaised { schedule.stop() }
            reportUnacknowledged()
            switch schedule.next(now: .now()) {
            case .wait(let deadline):
                try wait(until: min(deadline, applier.lookAtDatabase()))
            case .apply(let slot, let messages):
                try apply(messages, of: consumers[slot])
                // The next batch may be due at once: a connection that is lost shall be noticed before it.
                _ = try listen()
            case .balance(let slots):
                try balance(slots)
            case .stop:
                return connection.close()
            }
        }
    }

    /// Tells the metrics what is in hand, when that has changed.
    private func reportUnacknowledged() {
        let unacknowledged = WorkerFigures.Unacknowledged(
            jobs: schedule.unacknowledgedJobs, oldestMilliseconds: consumers.lazy.compactMap(\.oldestMilliseconds).min()
        )
        guard unacknowledged != reportedUnacknowledged else { return }
        reportedUnacknowledged = unacknowledged
        shared.telemetry.metrics.update { $0.unacknowledged[share.index] = unacknowledged }
    }

    private func apply(_ messages: Int, of consumer: PartitionConsumer) throws(AMQPError) {
        switch applier.apply(messages, of: consumer) {
        case .failed:
            schedule.failed(now: .now())
        case .applied(let messages):
            try consumer.acknowledge(messages, on: connection)
            appliedBatches += 1
            schedule.applied(now: .now())
        }
    }

    // MARK: What the broker delivers

    /// While a batch waits for its lag, what comes joins it or a later one. So it is read only so often: to be woken
    /// for each message would cost the broker and this thread more than the message does.
    private static let gatherMilliseconds = 20

    /// Takes what has come. If that is nothing, sleeps until something comes, but not past the deadline, nor so long
    /// that the broker would miss a heartbeat.
    private func wait(until deadline: Deadline) throws(AMQPError) {
        guard try !listen() else { return }
        if schedule.unacknowledgedJobs > 0 {
            _ = shared.stop.wait(until: min(deadline, .now().advanced(byMilliseconds: Self.gatherMilliseconds)))
            // What came before the lag ended goes along.
            _ = try listen()
        } else {
            let service = Deadline.now().advanced(byMilliseconds: connection.serviceIntervalMilliseconds)
            _ = shared.stop.wait(until: min(deadline, service), orFor: connection.descriptor)
        }
    }

    /// Takes what has come, without waiting. False when that is nothing.
    private func listen() throws(AMQPError) -> Bool {
        var hasHeard = false
        while let event = try connection.nextEvent(until: Deadline(nanoseconds: 0), bodies: &bodies) {
            hasHeard = true
            try handle(event)
            bodies.removeAll()
        }
        return hasHeard
    }

    private func handle(_ event: AMQPEvent) throws(AMQPError) {
        switch event {
        case .delivery(let delivery):
            // It came on a channel that was given up, and is back in the queue by now.
            guard let slot = consumers.firstIndex(where: { $0.channel == delivery.channel }) else { return }
            let jobs = consumers[slot].receive(delivery, bodies.bytes)
            schedule.delivered(slot, jobs: jobs, now: .now())
        case .cancelled(let channel, _):
            guard let consumer = consumers.first(where: { $0.channel == channel }) else {
                return try register.ended(channel, isClosed: false)
            }
            throw .connectionLost(reason: "the broker ended the consumer of \(consumer.queue)")
        case .channelClosed(let channel, let code, let text):
            guard consumers.contains(where: { $0.channel == channel }) else {
                return try register.ended(channel, isClosed: true)
            }
            throw .channelClosed(channel: channel, code: code, text: text)
        // Nothing is published here.
        case .blocked, .unblocked, .acked, .nacked, .returned: return
        }
    }

    // MARK: The balance between instances

    /// One of the instance's workers makes it count.
    private var isRegistrar: Bool { shared.broker.topology.partitions > 1 && share.partitions.contains(0) }

    /// Leaves one of the partitions at `slots`, all active, to another instance if this one has more than its share.
    private func balance(_ slots: [Int]) throws(AMQPError) {
        if isRegistrar { try register.enter() }
        shared.active.note(slots.map { consumers[$0].partition }, of: share.partitions)
        var released: Int?
        if let slot = slots.first, shared.active.isWorthAsking, let instances = try register.count(),
            shared.active.release(consumers[slot].partition, instances: instances, now: .now())
        {
            try consumers[slot].giveUp(on: connection, prefetch: shared.settings.prefetch)
            released = slot
            shared.telemetry.logger.info(
                "partition left to another instance",
                metadata: ["partition": "\(consumers[slot].partition)", "instances": "\(instances)"])
        }
        schedule.balanced(released: released, now: .now())
    }
}

@available(*, unavailable)
extension WorkerSession: Sendable {}
