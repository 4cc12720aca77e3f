import Reactor

/// Orders on RabbitMQ and Redis, as one event loop handles them.
///
/// Redis holds what is accepted and not yet applied, for all instances; it holds no truth. Without it, or while it can't be
/// reached, reads go to the database and writes are accepted unseen.
final class ClusterOrders: OrderService {
    /// What all loops share.
    struct Shared: Sendable {
        let publisher: PublisherState
        let readers: ReaderPool
        let flights: ClusterFlights
        let cache: CacheLimits
        /// Writes of one loop that wait for their outcome; above it new ones are refused.
        let maxInFlight: Int
    }

    private let ingest: Ingest
    private let answers: Answers
    private let shared: Shared
    private let redis: RedisClient?
    private let newOrders: NewOrders
    private let lookups: OrderLookups
    private let lists: ListLookups
    private let reads: DatabaseReads
    private let writes: OrderWrites

    /// `redis`, and with it `cacheHealth`, is nil with CACHE_DISABLED.
    init(
        loop: EventLoop, index: Int, ingest: Ingest, answers: Answers, redis: RedisClient?,
        cacheHealth: LoopCacheObserver?, shared: Shared
    ) {
        self.ingest = ingest
        self.answers = answers
        self.redis = redis
        self.shared = shared
        newOrders = NewOrders(redis: redis, health: cacheHealth)
        reads = DatabaseReads(loop: index, redis: redis, shared: shared)
        lookups = OrderLookups(redis: redis, reads: reads, answers: answers)
        lists = ListLookups(redis: redis, reads: reads, answers: answers)
        writes = OrderWrites(
            loop: loop, ingest: ingest, answers: answers, redis: redis, reads: reads,
            ttlSeconds: shared.cache.temporaryTTLSeconds)
    }

    /// What the turn gathered leaves in one write to Redis and one message to the publisher.
    func flush() {
        lookups.flush()
        newOrders.show(ingest.batch)
        ingest.flush()
        redis?.flush()
    }

    // MARK: Writes

    var refusal: String? {
        guard shared.publisher.isOpen else { return "the queue can't be reached now; nothing was stored" }
        guard ingest.inFlight + writes.waitingCount < shared.maxInFlight else {
            return Answers.tooManyOrders
        }
        return nil
    }

    func create(_ body: UnsafeRawBufferPointer, _ token: ResponseToken) throws(OrderRejection) {
        try ingest.create(body, token: token)
    }

    /// Like all new orders of the turn, they are shown by ``flush()``.
    func createBatch(_ body: UnsafeRawBufferPointer, _ token: ResponseToken) throws(OrderRejection) {
        let count = try ingest.openBatch(body)
        guard ingest.hasRoom(for: count, of: shared.maxInFlight - writes.waitingCount) else {
            return answers.failBusy(token)
        }
        let group = ingest.createBatch(count, token: token) { _ in }
        if group.writes.isEmpty { answers.answer(group, of: ingest.batch) }
    }

    func update(_ id: UUID, _ body: UnsafeRawBufferPointer, _ token: ResponseToken) throws(OrderRejection) {
        var status = ByteBuffer()
        try ingest.decodeStatus(body, into: &status)
        writes.add(id, .update([UInt8](status.bytes)), token)
    }

    func delete(_ id: UUID, _ token: ResponseToken) { writes.add(id, .delete, token) }

    /// The queue has decided; those who wait are told when Redis has answered too.
    func settled(_ batch: WriteBatch) {
        newOrders.whenShown(batch) { [self] batch in
            for group in batch.groups { answers.answer(group, of: batch) }
            for write in batch.writes where write.kind == .createOrder && !write.isGrouped { answers.answer(write) }
            newOrders.takeBackRefused(of: batch)
            for write in batch.writes where write.kind != .createOrder { writes.settled(write, of: batch) }
            ingest.recycle(batch)
        }
    }

    // MARK: Reads

    func show(_ id: UUID, _ token: ResponseToken) { lookups.show(id, token) }

    func list(_ query: ListQuery, _ token: ResponseToken) { lists.show(query, token) }

    func read(_ answer: ReadAnswer) {
        if let keep = answer.keep { reads.keep(keep, answer) }
        for ticket in answer.tickets {
            guard let purpose = reads.take(ticket) else { continue }
            answer.body.withUnsafeBytes { resume(purpose, answer.outcome, $0) }
        }
    }

    private func resume(_ purpose: DatabaseReads.Purpose, _ outcome: ReadOutcome, _ body: UnsafeRawBufferPointer) {
        switch (purpose, outcome) {
        case (.write(let id), _): writes.read(id, outcome, body)
        case (.show(let token), .order), (.list(let token), .page): answers.send(.ok, body, to: token)
        case (.show(let token), .notFound): answers.failMissing(token)
        case (.show(let token), _), (.list(let token), _): answers.failUnreadable(token)
        }
    }
}
