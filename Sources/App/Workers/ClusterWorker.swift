import Logging
import Reactor

/// One thread of the fixed pool: consumes its partitions from the broker, applies each batch in one transaction after the
/// simulated lag, repairs the cache, and acknowledges.
///
/// A crash anywhere changes nothing: until the acknowledgement the broker delivers again, in order, and the store knows the
/// messages that it has applied. A transient fault of the database is retried for ever with the batch in hand, while the
/// connection is kept alive. When the connection is lost, what is in hand is dropped and a new session begins.
final class ClusterWorker {
    struct Settings: Sendable {
        var worker: Worker.Settings
        /// Most messages of one partition that are delivered and not acknowledged.
        var prefetch: Int
        /// Between two looks at whether other instances should have some of the partitions.
        var balanceMilliseconds = 10_000
        var connection = AMQPSettings()

        /// Enough for the batch that is being applied and for the next one, which gathers meanwhile. When messages are
        /// packed, 512 do: a publisher packs more jobs into each as soon as they come faster than that. And with messages of
        /// 256 KiB at most they bound what a partition can take of the memory to 128 MiB.
        static func prefetch(jobsPerTransaction: Int, jobsPerMessage: Int) -> Int {
            min(
                2 * jobsPerTransaction,
                jobsPerMessage == 1 ? Int(UInt16.max) : SettingCatalog.rabbitMQ.prefetch.fallback)
        }
    }

    private let index: Int
    private let partitions: [Int]
    private let endpoint: BrokerEndpoint
    private let topology: QueueTopology
    private let settings: Settings
    private let store: any OrderStore
    private let cache: any CacheRepair
    private let active: ActivePartitions
    private let delivery: PartReporter
    private let logger: Logger
    private let metrics: WorkerMetrics
    private let watchdog: Watchdog
    private let stop: StopFlag
    private let deadLetters: DeadLetterQueue

    private var database: DatabaseProof
    private var pause = Backoff.ofSession
    /// Another client has the queue for itself.
    private var isStandingBy = false
    /// Of the session at hand.
    private var isSubscribed = false
    /// So often in a row the broker had not made the queues ready.
    private var attemptsTooEarly = 0
    private var batch = WorkBatch()
    /// The batch in hand has been decoded; it is being tried again when it comes up next.
    private var isLoaded = false
    /// Its unreadable jobs are in the dead letters.
    private var isCleared = false
    private var writes: [AppliedWrite] = []
    /// What was told of what is in hand.
    private var lastHand = WorkerFigures.Hand()
    /// Bodies of what was read from the socket last.
    private var bodies = ByteBuffer()

    /// - Parameters:
    ///   - partitions: those of this worker; none is fine, but then it never tells how delivery is.
    ///   - store: used by this thread alone, if it can't be shared.
    ///   - active: shared by the workers of the process.
    init(
        index: Int, partitions: [Int], endpoint: BrokerEndpoint, topology: QueueTopology, settings: Settings,
        store: any OrderStore, cache: any CacheRepair, active: ActivePartitions, clock: UUIDv7Clock, health: Health,
        logger: Logger, watchdog: Watchdog, stop: StopFlag, metrics: WorkerMetrics? = nil
    ) {
        self.metrics = metrics ?? WorkerMetrics(workers: index + 1)
        self.index = index
        self.partitions = partitions
        self.endpoint = endpoint
        self.topology = topology
        self.settings = settings
        self.store = store
        self.cache = cache
        self.active = active
        delivery = health.reporter(for: .delivery)
        database = DatabaseProof(store, health.reporter(for: .database))
        self.logger = logger
        self.watchdog = watchdog
        self.stop = stop
        deadLetters = DeadLetterQueue(endpoint, topology, clock: clock, watchdog: watchdog)
    }

    /// Until the flag is raised. What is in hand then and not yet being applied goes back to the broker.
    func run() {
        guard !partitions.isEmpty else { return }
        while !stop.isRaised {
            do throws(AMQPError) {
                try serveSession()
            } catch {
                note(error)
                // Without a session nobody else would.
                _ = database.look()
            }
            active.note([], of: partitions)
            lastHand = WorkerFigures.Hand()
            metrics.update { $0.hands[index] = lastHand }
            _ = stop.wait(until: .now().advanced(byMilliseconds: pause.nextJittered()))
        }
    }

    private func note(_ error: AMQPError) {
        if topology.isConsumedExclusively, case .channelClosed(_, 403, _) = error {
            if !isStandingBy { logger.notice("another client consumes the queue, standing by") }
            isStandingBy = true
            delivery.report(failure: nil)
        } else if isTooEarly(error) {
            attemptsTooEarly += 1
        } else {
            delivery.report(failure: error.description)
        }
    }

    /// A quorum queue is known to all before the process that serves it has started. Who subscribes in that moment, because
    /// another one has just declared it, is thrown out by RabbitMQ with 541, an internal error. That happens at the first
    /// start of a deployment, is over in a tenth of a second, and is no failure to tell of until it goes on for seconds.
    private func isTooEarly(_ error: AMQPError) -> Bool {
        guard case .closedByBroker(code: 541, _) = error else { return false }
        return !isSubscribed && attemptsTooEarly < 5
    }

    // MARK: A session

    private func serveSession() throws(AMQPError) {
        isLoaded = false
        isSubscribed = false
        let connection = try AMQPConnection.open(
            endpoint, name: "spillway worker \(index)", settings: settings.connection, watchdog: watchdog)
        let consumers = partitions.enumerated().map { slot, partition in
            PartitionConsumer(slot: slot, partition: partition, queue: topology.queueName(partition))
        }
        try subscribe(consumers, on: connection)
        let register = InstanceRegister(connection, channel: 2 * consumers.count + 1, topology: topology)
        if isRegistrar { try register.enter() }
        var session = ConsumerSession(
            slots: consumers.count,
            settings: ConsumerSession.Settings(
                jobsPerTransaction: settings.worker.jobsPerTransaction,
                lagMilliseconds: settings.worker.lagMilliseconds, balanceMilliseconds: settings.balanceMilliseconds),
            now: .now())
        try serve(&session, consumers, register, connection)
        connection.close()
    }

    /// One of the instance's workers makes it count.
    private var isRegistrar: Bool { topology.partitions > 1 && partitions.contains(0) }

    private func subscribe(_ consumers: [PartitionConsumer], on connection: AMQPConnection) throws(AMQPError) {
        try connection.openChannel(consumers[0].channel)
        try topology.declare(on: connection, channel: consumers[0].channel)
        try connection.closeChannel(consumers[0].channel)
        for consumer in consumers {
            try consumer.subscribe(
                on: connection, prefetch: settings.prefetch, exclusive: topology.isConsumedExclusively)
        }
        delivery.report(failure: nil)
        if isStandingBy { logger.notice("the queue is consumed here again") }
        isStandingBy = false
        isSubscribed = true
        attemptsTooEarly = 0
    }

    private func serve(
        _ session: inout ConsumerSession, _ consumers: [PartitionConsumer], _ register: InstanceRegister,
        _ connection: AMQPConnection
    ) throws(AMQPError) {
        while true {
            if stop.isRaised { session.stop() }
            tellHand(session, consumers)
            switch session.next(now: .now()) {
            case .wait(let deadline):
                let look = isLoaded ? .never : database.look()
                try wait(until: min(deadline, look), &session, consumers, register, connection)
            case .apply(let slot, let messages):
                try apply(messages, of: consumers[slot], &session, connection)
                // The next batch may be due at once: a connection that is lost shall be noticed before it.
                _ = try listen(&session, consumers, register, connection)
            case .balance(let slots):
                try balance(slots, &session, consumers, register, connection)
            case .stop:
                return
            }
        }
    }

    /// While a batch waits for its lag what comes joins it, or a later one: it is read so often only. To be woken for each
    /// message would cost the broker and this thread more than the message does.
    private static let gatherMilliseconds = 20

    /// Takes what has come; if that is nothing, sleeps until something comes, but not past the deadline nor so long that
    /// the broker would miss a heartbeat.
    private func wait(
        until deadline: Deadline, _ session: inout ConsumerSession, _ consumers: [PartitionConsumer],
        _ register: InstanceRegister, _ connection: AMQPConnection
    ) throws(AMQPError) {
        guard try !listen(&session, consumers, register, connection) else { return }
        if session.jobsInHand > 0 {
            _ = stop.wait(until: min(deadline, .now().advanced(byMilliseconds: Self.gatherMilliseconds)))
            // What came before the lag ended goes along.
            _ = try listen(&session, consumers, register, connection)
        } else {
            let service = Deadline.now().advanced(byMilliseconds: connection.serviceIntervalMilliseconds)
            _ = stop.wait(until: min(deadline, service), orFor: connection.descriptor)
        }
    }

    /// Takes what has come, without waiting. False when that is nothing.
    private func listen(
        _ session: inout ConsumerSession, _ consumers: [PartitionConsumer], _ register: InstanceRegister,
        _ connection: AMQPConnection
    ) throws(AMQPError) -> Bool {
        var hasHeard = false
        while let event = try connection.nextEvent(until: Deadline(nanoseconds: 0), bodies: &bodies) {
            hasHeard = true
            try handle(event, &session, consumers, register)
            bodies.removeAll()
        }
        return hasHeard
    }

    private func handle(
        _ event: AMQPEvent, _ session: inout ConsumerSession, _ consumers: [PartitionConsumer],
        _ register: InstanceRegister
    ) throws(AMQPError) {
        switch event {
        case .delivery(let delivery):
            // Of a channel that was given up: back in the queue by now.
            guard let slot = consumers.firstIndex(where: { $0.channel == delivery.channel }) else { return }
            let jobs = consumers[slot].receive(delivery, bodies.bytes)
            session.delivered(slot, jobs: jobs, now: .now())
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

    /// What is in hand, when that has changed.
    private func tellHand(_ session: borrowing ConsumerSession, _ consumers: [PartitionConsumer]) {
        let hand = WorkerFigures.Hand(
            jobs: session.jobsInHand, oldestMilliseconds: consumers.lazy.compactMap(\.oldestMilliseconds).min())
        guard hand != lastHand else { return }
        lastHand = hand
        metrics.update { $0.hands[index] = hand }
    }

    // MARK: A batch

    private func apply(
        _ messages: Int, of consumer: PartitionConsumer, _ session: inout ConsumerSession,
        _ connection: AMQPConnection
    ) throws(AMQPError) {
        if !isLoaded {
            consumer.load(messages, into: &batch)
            isLoaded = true
            isCleared = false
        }
        let result: ApplyResult
        do throws(StoreError) {
            result = try store(consumer)
        } catch {
            if error.isOfDeadLetters {
                delivery.report(failure: error.description)
            } else {
                database.used(failure: error.description)
            }
            metrics.update { $0.retried(error.isOfDeadLetters ? .delivery : .database) }
            return session.failed(now: .now())
        }
        metrics.applied(batch, result)
        delivery.report(failure: nil)
        database.used(failure: nil)
        logger.applied(result, partition: consumer.partition)
        isLoaded = false
        consumer.committed()
        repairCache(listChanged: result.changed)
        try consumer.acknowledge(batch.jobs.messages, on: connection)
        // Not as soon as a session begins: the broker counts deliveries that come to nothing, and takes a message for
        // poisoned after a hundred.
        pause.reset()
        session.applied(now: .now())
    }

    private func store(_ consumer: PartitionConsumer) throws(StoreError) -> ApplyResult {
        // What can't even be read goes to the dead letters before anything else is applied.
        if !isCleared && !batch.rejected.isEmpty { try setAside(batch.rejected, of: consumer) }
        isCleared = true
        let forgetting = consumer.forgettable(messages: batch.jobs.messages.count)
        return try batch.apply(to: store, partition: consumer.partition, forgetting: forgetting) {
            (jobs) throws(StoreError) in try setAside(jobs, of: consumer)
        }
    }

    private func setAside(_ jobs: [RejectedJob], of consumer: PartitionConsumer) throws(StoreError) {
        try deadLetters.setAside(consumer.letters(for: jobs))
        metrics.update { $0.deadLetters &+= UInt64(jobs.count) }
        for job in jobs {
            logger.warning(
                "job set aside", metadata: ["job_id": "\(job.id?.description ?? "unknown")", "reason": "\(job.reason)"])
        }
    }

    private func repairCache(listChanged: Bool) {
        writes.removeAll(keepingCapacity: true)
        for job in batch.jobs.jobs {
            writes.append(
                AppliedWrite(kind: job.kind, jobID: job.id, orderID: job.orderID, outcome: batch.outcome(of: job)))
        }
        if !writes.isEmpty { cache.repair(writes, listChanged: listChanged) }
    }

    // MARK: The balance between instances

    private func balance(
        _ slots: [Int], _ session: inout ConsumerSession, _ consumers: [PartitionConsumer],
        _ register: InstanceRegister, _ connection: AMQPConnection
    ) throws(AMQPError) {
        if isRegistrar { try register.enter() }
        active.note(slots.map { consumers[$0].partition }, of: partitions)
        var released: Int?
        if let slot = slots.first, active.isWorthAsking, let instances = try register.count(),
            active.release(consumers[slot].partition, instances: instances, now: .now())
        {
            try consumers[slot].giveUp(on: connection, prefetch: settings.prefetch)
            released = slot
            logger.info(
                "partition left to another instance",
                metadata: ["partition": "\(consumers[slot].partition)", "instances": "\(instances)"])
        }
        session.balanced(released: released, now: .now())
    }
}

extension StoreError {
    fileprivate var isOfDeadLetters: Bool {
        if case .notSetAside = self { return true }
        return false
    }
}

@available(*, unavailable)
extension ClusterWorker: Sendable {}
