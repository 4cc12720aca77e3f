package import Cache
package import Ingest
import Metrics
package import Orders
package import Queue
package import Reactor

/// Orders on RabbitMQ and Redis, as one event loop handles them.
///
/// Redis holds what is accepted and not yet applied, for all instances; it holds no truth. Without it, or while it
/// can't be reached, reads go to the database and writes are accepted unseen. Only while it may be back in a moment are
/// writes refused.
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
    private let state: CacheState
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
        state = CacheState(
            loop: loop, redis: redis, observer: cacheHealth, ingest: ingest, limits: shared.cache)
        let ttlSeconds = shared.cache.temporaryTTLSeconds
        reads = DatabaseReads(loop: loop, index: index, redis: redis, shared: shared)
        lookups = OrderLookups(redis: redis, reads: reads, answers: answers, state: state, ttlSeconds: ttlSeconds)
        lists = ListLookups(redis: redis, reads: reads, answers: answers)
        writes = OrderWrites(
            loop: loop, ingest: ingest, answers: answers, redis: redis, reads: reads, state: state,
            ttlSeconds: ttlSeconds)
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
        guard !state.mayBeBackSoon else {
            return Refusal(reason: .cache, sentence: "Redis can't be reached at this moment; nothing was stored")
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

    package func update(
        _ id: UUID, _ body: UnsafeRawBufferPointer, _ condition: EntityTags?, _ token: ResponseToken
    ) throws(OrderRejection) {
        var status = ByteBuffer()
        try ingest.decodeStatus(body, into: &status)
        writes.add(OrderChange(id: id, newStatus: [UInt8](status.bytes), condition: condition, token: token))
    }

    package func delete(_ id: UUID, _ condition: EntityTags?, _ token: ResponseToken) {
        writes.add(OrderChange(id: id, newStatus: nil, condition: condition, token: token))
    }

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

    package func getOrder(_ question: OrderQuestion) { lookups.get(question) }

    package func list(_ query: ListQuery, _ token: ResponseToken) { lists.get(query, token) }

    package func read(_ answer: ReadAnswer) {
        if let keep = answer.keep { reads.keep(keep, answer) }
        for ticket in answer.tickets {
            guard let purpose = reads.take(ticket) else { continue }
            resume(purpose, answer)
        }
    }

    private func resume(_ purpose: DatabaseReads.Purpose, _ answer: ReadAnswer) {
        let outcome = answer.outcome
        switch purpose {
        case .write(let id): answer.body.withUnsafeBytes { writes.read(id, outcome, $0) }
        case .key(let number): keyed?.read(number, outcome)
        case .check(let pending): lookups.read(pending, outcome, answer.body)
        case .list(let token):
            guard outcome == .page else { return answers.failUnreadable(token) }
            answer.body.withUnsafeBytes { answers.send(.ok, $0, to: token) }
        case .order(let question, let floor):
            // The query had begun before a write was applied that this client may know of.
            if outcome.isOlder(than: floor) { return reads.getUncached(question) }
            answers.send(outcome, answer.body, to: question)
        }
    }
}

extension ReadOutcome {
    fileprivate func isOlder(than floor: OrderVersion) -> Bool {
        switch self {
        case .order(let found): found.version < floor
        case .missing(let since): since < floor
        case .page, .key, .failed: false
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
