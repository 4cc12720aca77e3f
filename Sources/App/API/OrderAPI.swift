import Reactor

/// The service as one event loop offers it: takes requests apart, asks the cache, hands writes to ``Ingest`` and reads to
/// the reader threads, and answers when their results come back.
final class OrderAPI: HTTPHandler {
    /// What all loops share.
    struct Shared: Sendable {
        let cache: MemoryCache
        let lists: ListCache
        let readers: ReaderPool
        let health: Health
        let isCacheDisabled: Bool
        /// Bytes of accepted orders that wait to be applied; above it new ones are refused.
        let maxPendingBytes: Int
        /// Writes of one loop that wait for their commit; above it new ones are refused.
        let maxInFlight: Int
    }

    private let loop: EventLoop
    private let loopIndex: UInt16
    let shared: Shared
    let ingest: Ingest
    var answers = Answers()
    var reads = PendingReads()
    private var order = ByteBuffer()
    private var status = ByteBuffer()
    private var path = ByteBuffer()

    init(loop: EventLoop, index: Int, ingest: Ingest, shared: Shared) {
        self.loop = loop
        loopIndex = UInt16(index)
        self.ingest = ingest
        self.shared = shared
    }

    // MARK: Requests

    func handle(_ request: HTTPRequest, token: ResponseToken, server: HTTPServer) {
        switch route(of: request) {
        case .createOrder: create(request, token, server)
        case .listOrders: list(request, token, server)
        case .showOrder(let id): show(id, token, server)
        case .updateStatus(let id): update(id, request, token, server)
        case .deleteOrder(let id): delete(id, token, server)
        case .health: sendHealth(token, server)
        case .ready: sendReadiness(token, server)
        case .options(let allow): answers.sendAllowed(allow, to: token, on: server)
        case .methodNotAllowed(let allow): answers.failMethod(allow: allow, to: token, on: server)
        case .notFound: answers.fail(.notFound, "no such resource", to: token, on: server)
        }
    }

    func refuse(_ status: HTTPStatus, _ reason: StaticString, token: ResponseToken, server: HTTPServer) {
        answers.fail(status, reason.description, to: token, on: server)
    }

    private func route(of request: HTTPRequest) -> Route {
        let raw = request.path
        guard raw.contains(UInt8(ascii: "%")) else { return Route(request.method, raw) }
        path.removeAll()
        guard PercentEncoding.decode(raw, into: &path) != nil else { return .notFound }
        return Route(request.method, path.bytes)
    }

    // MARK: Writes

    private func create(_ request: HTTPRequest, _ token: ResponseToken, _ server: HTTPServer) {
        guard mayWrite(token, server) else { return }
        do throws(OrderRejection) {
            try ingest.create(request.body, token: token)
        } catch {
            answers.fail(.badRequest, error.message, to: token, on: server)
        }
    }

    private func update(_ id: UUID, _ request: HTTPRequest, _ token: ResponseToken, _ server: HTTPServer) {
        guard mayWrite(token, server) else { return }
        status.removeAll()
        do throws(OrderRejection) {
            try ingest.decodeStatus(request.body, into: &status)
        } catch {
            return answers.fail(.badRequest, error.message, to: token, on: server)
        }
        if shared.isCacheDisabled { return ingest.update(id, status: status.bytes, base: nil, token: token) }
        order.removeAll()
        if case .hit(let cached) = shared.cache.lookup(id, now: loop.now, into: &order) {
            resumeWrites(to: id, cached, server)
            return update(id, cached, order.bytes, status: status.bytes, token, server)
        }
        let read = PendingRead.update(token, id, status: [UInt8](status.bytes))
        if let cached = joinOrRead(id, read, server) {
            resumeWrites(to: id, cached, server)
            update(id, cached, order.bytes, status: status.bytes, token, server)
        }
    }

    func update(
        _ id: UUID, _ cached: CachedOrder, _ order: UnsafeRawBufferPointer, status: UnsafeRawBufferPointer,
        _ token: ResponseToken, _ server: HTTPServer
    ) {
        guard !cached.isDeleting else {
            return answers.fail(.conflict, "the order is being deleted", to: token, on: server)
        }
        let base = OrderBase(order: order, status: cached.status, stamp: cached.stamp)
        ingest.update(id, status: status, base: base, token: token)
    }

    private func delete(_ id: UUID, _ token: ResponseToken, _ server: HTTPServer) {
        guard mayWrite(token, server) else { return }
        if shared.isCacheDisabled { return ingest.delete(id, base: nil, token: token) }
        order.removeAll()
        if case .hit(let cached) = shared.cache.lookup(id, now: loop.now, into: &order) {
            resumeWrites(to: id, cached, server)
            return delete(id, cached, order.bytes, token)
        }
        if let cached = joinOrRead(id, .delete(token, id), server) {
            resumeWrites(to: id, cached, server)
            delete(id, cached, order.bytes, token)
        }
    }

    func delete(
        _ id: UUID, _ cached: CachedOrder, _ order: UnsafeRawBufferPointer, _ token: ResponseToken
    ) {
        ingest.delete(id, base: OrderBase(order: order, status: cached.status, stamp: cached.stamp), token: token)
    }

    /// Before a write that found the order in the cache, as it is in `order`: those go first that came before it and still
    /// wait for the database to say the same.
    private func resumeWrites(to id: UUID, _ cached: CachedOrder, _ server: HTTPServer) {
        for write in reads.takeWrites(to: id) { resume(write, .order(cached), order.bytes, server) }
    }

    /// Refuses a write, before its body is looked at, when too much waits already.
    private func mayWrite(_ token: ResponseToken, _ server: HTTPServer) -> Bool {
        if ingest.inFlight < shared.maxInFlight && shared.cache.pendingBytes < shared.maxPendingBytes { return true }
        answers.fail(
            .serviceUnavailable, "too many orders are waiting; nothing was stored", lines: Answers.retryAfter,
            to: token, on: server)
        return false
    }

    // MARK: Reads

    private func show(_ id: UUID, _ token: ResponseToken, _ server: HTTPServer) {
        order.removeAll()
        if case .hit = shared.cache.lookup(id, now: loop.now, into: &order) {
            return answers.send(.ok, order.bytes, to: token, on: server)
        }
        if joinOrRead(id, .show(token), server) != nil { answers.send(.ok, order.bytes, to: token, on: server) }
    }

    private func list(_ request: HTTPRequest, _ token: ResponseToken, _ server: HTTPServer) {
        let query: ListQuery
        do throws(OrderRejection) {
            query = try ListQuery(request.query)
        } catch {
            return answers.fail(.badRequest, error.message, to: token, on: server)
        }
        order.removeAll()
        if shared.lists.lookup(query.page, now: loop.now, into: &order) {
            return answers.send(.ok, order.bytes, to: token, on: server)
        }
        order.removeAll()
        let ticket = reads.add(.list(token))
        let waiter = Waiter(loop: loopIndex, ticket: ticket)
        switch shared.lists.join(query.page, waiter, now: loop.now, into: &order) {
        case .hit:
            _ = reads.take(ticket)
            answers.send(.ok, order.bytes, to: token, on: server)
        case .joined: break
        case .start(let flight):
            guard !shared.readers.submit(.page(query, flight)) else { return }
            var waiters: [Waiter] = []
            shared.lists.complete(flight, page: nil, now: loop.now, waiters: &waiters)
            shared.readers.tell(waiters, .failed, [])
        }
    }

    /// Waits for a read of the database, unless the order has turned up in the cache: then it is in `order`.
    private func joinOrRead(_ id: UUID, _ read: PendingRead, _ server: HTTPServer) -> CachedOrder? {
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
}
