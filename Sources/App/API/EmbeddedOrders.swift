package import Cache
package import Ingest
import Metrics
package import Orders
package import Queue
package import Reactor
import Store

/// Orders on the embedded queue and the cache in memory.
package final class EmbeddedOrders: OrderService {
    /// What all loops share.
    package struct Shared: Sendable {
        package let cache: MemoryCache
        package let lists: ListCache
        package let readers: ReaderPool
        package let claims: ClaimTable
        package let isCacheDisabled: Bool
        /// Bytes of accepted orders that wait to be applied; above it new ones are refused.
        package let maxPendingBytes: Int
        /// Writes of one loop that wait for their commit; above it new ones are refused.
        package let maxInFlight: Int

        package init(
            cache: MemoryCache, lists: ListCache, readers: ReaderPool, claims: ClaimTable, isCacheDisabled: Bool,
            maxPendingBytes: Int, maxInFlight: Int
        ) {
            self.cache = cache
            self.lists = lists
            self.readers = readers
            self.claims = claims
            self.isCacheDisabled = isCacheDisabled
            self.maxPendingBytes = maxPendingBytes
            self.maxInFlight = maxInFlight
        }
    }

    private let loop: EventLoop
    private let loopIndex: UInt16
    private let shared: Shared
    private let ingest: Ingest
    private let answers: Answers
    private var reads = PendingReads()
    private var order = ByteBuffer()
    private var status = ByteBuffer()
    /// Set at the end of `init`, and never again.
    private var keyed: KeyedRequests?

    package init(loop: EventLoop, index: Int, ingest: Ingest, answers: Answers, shared: Shared) {
        self.loop = loop
        loopIndex = UInt16(index)
        self.ingest = ingest
        self.answers = answers
        self.shared = shared
        let claims = MemoryClaims(shared.claims)
        keyed = KeyedRequests(ingest: ingest, answers: answers, claims: claims, service: self)
        claims.requests = keyed
    }

    package func flush() { ingest.flush() }

    // MARK: Writes

    package var isRedisConnected: Bool? { nil }

    package var inFlight: Int { ingest.inFlight + (keyed?.waitingCount ?? 0) }

    package var refusal: Refusal? {
        if inFlight < shared.maxInFlight && shared.cache.pendingBytes < shared.maxPendingBytes { return nil }
        return Refusal(reason: .orders, sentence: Answers.tooManyOrders)
    }

    /// The order is put into the cache at once, although it is not durable yet: nobody can ask for an id that nobody
    /// has been told. So the loops do this work side by side, and the committer, which all wait for, is spared it.
    package func create(_ body: UnsafeRawBufferPointer, _ token: ResponseToken) throws(OrderRejection) {
        cacheNew(try ingest.create(body, token: token), .now())
    }

    private func cacheNew(_ created: Ingest.Created, _ now: Deadline) {
        shared.cache.committed(
            create: created.id, order: created.order.of(ingest.batch.jobs.bytes), status: created.status, now: now)
    }

    package func create(
        _ body: UnsafeRawBufferPointer, _ key: IdempotencyKey, _ token: ResponseToken
    ) throws(OrderRejection) {
        try keyed?.create(body, key, token)
    }

    package func createBatch(_ body: UnsafeRawBufferPointer, _ token: ResponseToken) throws(OrderRejection) {
        let count = try ingest.openBatch(body)
        guard hasRoom(for: count) else { return answers.failBusy(token) }
        let now = Deadline.now()
        let group = ingest.createBatch(count, token: token) { cacheNew($0, now) }
        if group.writes.isEmpty { answers.answer(group, of: ingest.batch) }
    }

    package func createBatch(
        _ body: UnsafeRawBufferPointer, _ key: IdempotencyKey, _ token: ResponseToken
    ) throws(OrderRejection) {
        try keyed?.createBatch(body, key, token)
    }

    package func update(
        _ id: UUID, _ body: UnsafeRawBufferPointer, _ condition: EntityTags?, _ token: ResponseToken
    ) throws(OrderRejection) {
        status.removeAll()
        try ingest.decodeStatus(body, into: &status)
        change(OrderChange(id: id, newStatus: [UInt8](status.bytes), condition: condition, token: token))
    }

    package func delete(_ id: UUID, _ condition: EntityTags?, _ token: ResponseToken) {
        change(OrderChange(id: id, newStatus: nil, condition: condition, token: token))
    }

    private func change(_ change: OrderChange) {
        if shared.isCacheDisabled { return changeUnseen(change) }
        order.removeAll()
        if case .hit(let cached) = shared.cache.lookup(change.id, now: loop.now, into: &order) {
            resumeWrites(to: change.id, cached)
            return perform(change, cached, order.bytes)
        }
        if let cached = joinOrRead(change.id, .change(change)) {
            resumeWrites(to: change.id, cached)
            perform(change, cached, order.bytes)
        }
    }

    /// Without a cache nobody knows what waits in the queue.
    private func changeUnseen(_ change: OrderChange) {
        guard change.condition == nil else {
            return answers.fail(.notImplemented, Answers.noVersions, to: change.token)
        }
        queue(change, ingest.makeVersion(above: OrderVersion(ofCreation: change.id)), base: nil)
    }

    private func perform(_ change: OrderChange, _ cached: CachedOrder, _ order: UnsafeRawBufferPointer) {
        if cached.isDeleting && !change.isDelete {
            return answers.fail(.conflict, "the order is being deleted", to: change.token)
        }
        let version = ingest.makeVersion(above: cached.version)
        let isAsExpected = change.condition?.matches(cached.version) ?? true
        guard isAsExpected,
            shared.cache.begin(change.id, above: change.condition == nil ? nil : cached.version, now: loop.now)
        else { return answers.fail(.preconditionFailed, Answers.otherVersion, to: change.token) }
        queue(change, version, base: OrderBase(order: order, status: cached.status))
    }

    private func queue(_ change: OrderChange, _ version: OrderVersion, base: OrderBase?) {
        if let status = change.newStatus {
            _ = status.withUnsafeBytes {
                ingest.update(change.id, status: $0, version, base: base, token: change.token)
            }
        } else {
            ingest.delete(change.id, version, base: base, token: change.token)
        }
    }

    /// Before a write that found the order in the cache, as it is in `order`: those go first that came before it and
    /// still wait for the database to say the same.
    private func resumeWrites(to id: UUID, _ cached: CachedOrder) {
        for write in reads.takeWrites(to: id) { resume(write, .order(cached), order.bytes) }
    }

    /// Tells the clients of a batch what became of their writes.
    package func settled(_ batch: WriteBatch) {
        for group in batch.groups {
            if group.keyedRequest == 0 { answers.answer(group, of: batch) } else { keyed?.settled(group, of: batch) }
        }
        for write in batch.writes {
            if write.keyedRequest != 0 { keyed?.settled(write) } else if !write.isGrouped { answers.answer(write) }
            // Orders that were not accepted leave the cache, where only their ids, which nobody knows, would show them.
            if write.kind != .createOrder {
                shared.cache.end(write.orderID)
            } else if write.outcome != .accepted {
                shared.cache.settled(
                    SettledWrite(orderID: write.orderID, version: write.version, isShown: false), now: .now())
            }
        }
        ingest.recycle(batch)
    }

    // MARK: Reads

    package func getOrder(_ question: OrderQuestion) {
        order.removeAll()
        if case .hit(let cached) = shared.cache.lookup(question.id, now: loop.now, into: &order) {
            answers.metrics.readOrder(from: cached.isPending ? .pending : .cached)
            return answers.send(order: order.bytes, cached.version, to: question)
        }
        answers.metrics.readOrder(from: .database)
        if let cached = joinOrRead(question.id, .order(question)) {
            answers.send(order: order.bytes, cached.version, to: question)
        }
    }

    package func list(_ query: ListQuery, _ token: ResponseToken) {
        if let page = shared.lists.lookup(query, now: loop.now) {
            answers.metrics.readList(from: .cached)
            return send(page, token)
        }
        answers.metrics.readList(from: .database)
        let ticket = reads.add(.list(token))
        let waiter = Waiter(loop: loopIndex, ticket: ticket)
        switch shared.lists.join(query, waiter, now: loop.now) {
        case .hit(let page):
            _ = reads.take(ticket)
            send(page, token)
        case .joined: break
        case .start(let flight):
            guard !shared.readers.submit(.page(query, flight)) else { return }
            var waiters: [Waiter] = []
            shared.lists.complete(flight, page: nil, now: loop.now, waiters: &waiters)
            shared.readers.tell(waiters, .failed, [])
        }
    }

    private func send(_ page: [UInt8], _ token: ResponseToken) {
        page.withUnsafeBytes { answers.send(.ok, $0, to: token) }
    }

    /// Waits for a read of the database, unless the order has turned up in the cache: then it is in `order`.
    private func joinOrRead(_ id: UUID, _ read: PendingRead) -> CachedOrder? {
        order.removeAll()
        let ticket = reads.add(read)
        let waiter = Waiter(loop: loopIndex, ticket: ticket)
        switch shared.cache.join(id, waiter, now: loop.now, into: &order) {
        case .hit(let cached):
            _ = reads.take(ticket)
            return cached
        case .joined: break
        case .start(let flight):
            guard !shared.readers.submit(.order(id, flight)) else { break }
            var waiters: [Waiter] = []
            var nothing = ByteBuffer()
            _ = shared.cache.complete(flight, .failed, now: loop.now, waiters: &waiters, answer: &nothing)
            shared.readers.tell(waiters, .failed, [])
        }
        return nil
    }

    /// Goes on with the requests that waited for a read.
    package func read(_ answer: ReadAnswer) {
        for ticket in answer.tickets {
            for read in reads.takeInOrder(ticket) {
                answer.body.withUnsafeBytes { resume(read, answer.outcome, $0) }
            }
        }
    }

    private func resume(_ read: PendingRead, _ outcome: ReadOutcome, _ body: UnsafeRawBufferPointer) {
        switch (read, outcome) {
        case (.order(let question), .order(let found)): answers.send(order: body, found.version, to: question)
        case (.list(let token), .page): answers.send(.ok, body, to: token)
        case (.change(let change), .order(let cached)): perform(change, cached, body)
        case (.key(_, let number), _): keyed?.read(number, outcome)
        case (_, .missing): answers.failMissing(read.token)
        case (_, .failed): answers.failUnreadable(read.token)
        case (.list, .order), (_, .page), (_, .key): preconditionFailure("an answer to another question")
        }
    }
}

extension EmbeddedOrders: KeyedOrderService {
    package func create(
        _ body: UnsafeRawBufferPointer, _ keyed: Ingest.Keyed, _ token: ResponseToken
    ) throws(OrderRejection) {
        cacheNew(try ingest.create(body, token: token, keyed: keyed), .now())
    }

    package func createBatch(
        _ body: UnsafeRawBufferPointer, _ keyed: Ingest.Keyed, _ token: ResponseToken
    ) throws(OrderRejection) {
        let now = Deadline.now()
        _ = ingest.createBatch(try ingest.openBatch(body), token: token, keyed: keyed) { cacheNew($0, now) }
    }

    package func hasRoom(for count: Int) -> Bool {
        shared.cache.pendingBytes < shared.maxPendingBytes
            && ingest.hasRoom(for: count, of: shared.maxInFlight, waiting: keyed?.waitingCount ?? 0)
    }

    package func readRecord(of request: KeyedRequest) -> Bool {
        let ticket = reads.add(.key(request.token, request.number))
        if shared.readers.submit(.key(request.key, Waiter(loop: loopIndex, ticket: ticket))) { return true }
        _ = reads.take(ticket)
        return false
    }
}
