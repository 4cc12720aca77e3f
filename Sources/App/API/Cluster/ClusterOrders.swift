package import Cache
package import Ingest
import Metrics
package import Orders
package import Queue
package import Reactor

/// Orders on RabbitMQ and Redis, as one event loop handles them.
///
/// Redis holds what is accepted and not yet applied, for all instances; it holds no truth. Without it, or while it
/// can't be reached, reads go to the database and writes are accepted unseen.
package final class ClusterOrders: OrderService {
    /// What all loops share.
    package struct Shared: Sendable {
        package let publisher: PublisherState
        package let readers: ReaderPool
        package let flights: ClusterFlights
        package let cache: CacheLimits
        /// How many writes of one loop may wait for their outcome; more are refused.
        package let maxInFlight: Int

        package init(
            publisher: PublisherState, readers: ReaderPool, flights: ClusterFlights, cache: CacheLimits,
            maxInFlight: Int
        ) {
            self.publisher = publisher
            self.readers = readers
            self.flights = flights
            self.cache = cache
            self.maxInFlight = maxInFlight
        }
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
    /// nil without a cache, because the cache keeps the idempotency keys.
    private var keyed: KeyedRequests?

    /// `redis`, and with it `cacheHealth`, is nil with CACHE_DISABLED.
    package init(
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
        guard let redis else { return }
        let claims = RedisClaims(redis)
        keyed = KeyedRequests(ingest: ingest, answers: answers, claims: claims, service: self)
        claims.requests = keyed
    }

    /// What the turn gathered leaves in one write to Redis and one message to the publisher.
    package func flush() {
        lookups.flush()
        newOrders.publish(ingest.batch)
        ingest.flush()
        redis?.flush()
    }

    // MARK: Writes

    package var isRedisConnected: Bool? { redis?.isConnected }

    package var inFlight: Int { ingest.inFlight + waitingCount }

    package var refusal: Refusal? {
        guard shared.publisher.isOpen else {
            return Refusal(reason: .queue, sentence: "the queue can't be reached now; nothing was stored")
        }
        guard inFlight < shared.maxInFlight else {
            return Refusal(reason: .orders, sentence: Answers.tooManyOrders)
        }
        return nil
    }

    package func create(_ body: UnsafeRawBufferPointer, _ token: ResponseToken) throws(OrderRejection) {
        try ingest.create(body, token: token)
    }

    package func create(
        _ body: UnsafeRawBufferPointer, _ key: IdempotencyKey, _ token: ResponseToken
    ) throws(OrderRejection) {
        guard let keyed else { return failKeyed(token) }
        try keyed.create(body, key, token)
    }

    private func failKeyed(_ token: ResponseToken) {
        answers.fail(
            .notImplemented, "an Idempotency-Key can't be kept here: the service runs without its cache", to: token)
    }

    /// Orders that are not in the queue's hands yet.
    private var waitingCount: Int { writes.waitingCount + (keyed?.waitingCount ?? 0) }

    /// Like all new orders of the turn, they are shown by ``flush()``.
    package func createBatch(_ body: UnsafeRawBufferPointer, _ token: ResponseToken) throws(OrderRejection) {
        let count = try ingest.openBatch(body)
        guard hasRoom(for: count) else { return answers.failBusy(token) }
        let group = ingest.createBatch(count, token: token) { _ in }
        if group.writes.isEmpty { answers.answer(group, of: ingest.batch) }
    }

    package func createBatch(
        _ body: UnsafeRawBufferPointer, _ key: IdempotencyKey, _ token: ResponseToken
    ) throws(OrderRejection) {
        guard let keyed else { return failKeyed(token) }
        try keyed.createBatch(body, key, token)
    }

    package func update(_ id: UUID, _ body: UnsafeRawBufferPointer, _ token: ResponseToken) throws(OrderRejection) {
        var status = ByteBuffer()
        try ingest.decodeStatus(body, into: &status)
        writes.add(id, .update([UInt8](status.bytes)), token)
    }

    package func delete(_ id: UUID, _ token: ResponseToken) { writes.add(id, .delete, token) }

    /// The queue has decided; those who wait are told when Redis has answered too.
    package func settled(_ batch: WriteBatch) {
        newOrders.whenPublished(batch) { [self] batch in
            for group in batch.groups {
                if group.keyedRequest == 0 {
                    answers.answer(group, of: batch)
                } else {
                    keyed?.settled(group, of: batch)
                }
            }
            for write in batch.writes where write.kind == .createOrder && !write.isGrouped {
                if write.keyedRequest == 0 { answers.answer(write) } else { keyed?.settled(write) }
            }
            newOrders.takeBackRefused(of: batch)
            for write in batch.writes where write.kind != .createOrder { writes.settled(write, of: batch) }
            ingest.recycle(batch)
        }
    }

    // MARK: Reads

    package func getOrder(_ id: UUID, _ token: ResponseToken) { lookups.get(id, token) }

    package func list(_ query: ListQuery, _ token: ResponseToken) { lists.get(query, token) }

    package func read(_ answer: ReadAnswer) {
        if let keep = answer.keep { reads.keep(keep, answer) }
        for ticket in answer.tickets {
            guard let purpose = reads.take(ticket) else { continue }
            answer.body.withUnsafeBytes { resume(purpose, answer.outcome, $0) }
        }
    }

    private func resume(_ purpose: DatabaseReads.Purpose, _ outcome: ReadOutcome, _ body: UnsafeRawBufferPointer) {
        switch (purpose, outcome) {
        case (.write(let id), _): writes.read(id, outcome, body)
        case (.key(let number), _): keyed?.read(number, outcome)
        case (.order(let token), .order), (.list(let token), .page): answers.send(.ok, body, to: token)
        case (.order(let token), .notFound): answers.failMissing(token)
        case (.order(let token), _), (.list(let token), _): answers.failUnreadable(token)
        }
    }
}

extension ClusterOrders: KeyedOrderService {
    package func create(
        _ body: UnsafeRawBufferPointer, _ keyed: Ingest.Keyed, _ token: ResponseToken
    ) throws(OrderRejection) {
        try ingest.create(body, token: token, keyed: keyed)
    }

    package func createBatch(
        _ body: UnsafeRawBufferPointer, _ keyed: Ingest.Keyed, _ token: ResponseToken
    ) throws(OrderRejection) {
        _ = ingest.createBatch(try ingest.openBatch(body), token: token, keyed: keyed) { _ in }
    }

    package func hasRoom(for count: Int) -> Bool {
        ingest.hasRoom(for: count, of: shared.maxInFlight, waiting: waitingCount)
    }

    package func readRecord(of request: KeyedRequest) -> Bool {
        reads.readRecord(of: request.key, request: request.number)
    }
}
