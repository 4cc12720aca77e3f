import Cache
import Orders
import Reactor

/// The reads of the database that one loop waits for, and what of them is kept in Redis.
final class DatabaseReads: RedisReplyHandler {
    enum Purpose {
        /// A GET, which must not be answered with a state older than `floor`: a query that was under way when it was
        /// asked may find one.
        case order(OrderQuestion, floor: OrderVersion)
        /// Redis shows the order as pending, and that may be over.
        case check(PendingOrder)
        case list(ResponseToken)
        /// A write that has the order's lock and doesn't know the order.
        case write(UUID)
        /// A request with an idempotency key, by its number.
        case key(UInt64)
    }

    /// What was read longer ago is not kept: Redis may have forgotten what was applied since.
    private static let keepMilliseconds = 20_000

    private let loop: EventLoop
    private let index: UInt16
    private let redis: RedisClient?
    private let shared: ClusterOrders.Shared
    private var command = RedisCommand()
    private var purposes: [UInt64: Purpose] = [:]
    private var lastTicket: UInt64 = 0
    private var random = SystemRandomNumberGenerator()

    init(loop: EventLoop, index: Int, redis: RedisClient?, shared: ClusterOrders.Shared) {
        self.loop = loop
        self.index = UInt16(index)
        self.redis = redis
        self.shared = shared
    }

    func take(_ ticket: UInt64) -> Purpose? { purposes.removeValue(forKey: ticket) }

    // MARK: Orders

    /// Reads an order that Redis didn't have. `floor` is the newest version that Redis knew to be applied.
    func get(_ question: OrderQuestion, floor: OrderVersion) {
        join(question.id, .order(question, floor: floor))
    }

    /// Reads an order without a cache: the query begins now and answers nobody else.
    func getUncached(_ question: OrderQuestion) { readAlone(question.id, .order(question, floor: .none)) }

    func check(_ pending: PendingOrder) { join(pending.question.id, .check(pending)) }

    func readAlone(_ id: UUID, _ purpose: Purpose) { submit(id, shared.flights.startAlone(id, waiter(purpose))) }

    /// False when too many reads wait.
    func readRecord(of key: IdempotencyKey, request number: UInt64) -> Bool {
        let waiter = waiter(.key(number))
        if shared.readers.submit(.key(key, waiter)) { return true }
        _ = take(waiter.ticket)
        return false
    }

    private func join(_ id: UUID, _ purpose: Purpose) {
        if let flight = shared.flights.join(id, waiter(purpose), now: loop.now) { submit(id, flight) }
    }

    private func waiter(_ purpose: Purpose) -> Waiter {
        lastTicket += 1
        purposes[lastTicket] = purpose
        return Waiter(loop: index, ticket: lastTicket)
    }

    private func submit(_ id: UUID, _ flight: FlightID) {
        if !shared.readers.submit(.order(id, flight)) { shared.flights.complete(flight, .failed) }
    }

    // MARK: Pages

    /// Reads a page that Redis didn't have. Returns it if it has just been read, and answers later otherwise.
    func list(_ page: ClusterFlights.Page, _ token: ResponseToken) -> [UInt8]? {
        let waiter = waiter(.list(token))
        switch shared.flights.joinPage(page, waiter) {
        case .hit(let body):
            _ = take(waiter.ticket)
            return body
        case .joined: break
        case .start(let flight): submit(page.query, flight)
        }
        return nil
    }

    func listAlone(_ query: ListQuery, _ token: ResponseToken) {
        let page = ClusterFlights.Page(version: [], query: query)
        submit(query, shared.flights.startPageAlone(page, waiter(.list(token))))
    }

    private func submit(_ query: ListQuery, _ flight: FlightID) {
        if !shared.readers.submit(.page(query, flight)) { shared.flights.complete(flight, page: nil) }
    }

    // MARK: Keeping

    /// Puts what was read into Redis, unless that knows something newer.
    func keep(_ keep: ReadAnswer.Keep, _ answer: ReadAnswer) {
        guard let redis else { return }
        switch keep {
        case .order(let id, let version, let began):
            let ttl = ttlSeconds()
            guard ttl > 0, loop.now < began.advanced(byMilliseconds: Self.keepMilliseconds) else { return }
            command.begin(.fill)
            command.append(key: .detail, id)
            command.append(key: .detailVersion, id)
            command.append(version: version)
            answer.body.withUnsafeBytes { command.append($0) }
            command.append(decimal: ttl)
            command.append(decimal: 1_000 * ttl + CacheLife.versionMilliseconds)
            _ = redis.send(.fill, command, handler: self, tag: InFlightTag.nobody)
        case .page(let page):
            command.removeAll()
            command.append("SET")
            command.append(pageOf: page.query, version: page.version)
            answer.body.withUnsafeBytes { command.append($0) }
            command.append("EX")
            command.append(decimal: ttlSeconds())
            _ = redis.send(command, handler: self, tag: InFlightTag.nobody)
        }
    }

    /// Nobody waits for these answers.
    func redisReplied(_ reply: borrowing RedisReply, tag: UInt64) {}

    /// ORDERS_CACHE_TTL, give or take a tenth, so that what was read together is not read again together.
    private func ttlSeconds() -> UInt64 {
        let ttl = shared.cache.detailTTLSeconds
        guard ttl > 0 else { return 0 }
        return UInt64(max(1, Int.random(in: ttl - ttl / 10...ttl + ttl / 10, using: &random)))
    }
}
