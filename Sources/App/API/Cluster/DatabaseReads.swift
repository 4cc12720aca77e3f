import Cache
import Orders
import Reactor

/// The reads of the database that one loop waits for, and what of them is kept in Redis.
final class DatabaseReads: RedisReplyHandler {
    enum Purpose {
        case order(ResponseToken)
        case list(ResponseToken)
        /// A write that has the order's lock and doesn't know the order.
        case write(UUID)
        /// A request with an idempotency key, by its number.
        case key(UInt64)
    }

    /// Longer than any read of the database takes.
    private static let leaseMilliseconds: UInt64 = 10_000

    private let loop: UInt16
    private let redis: RedisClient?
    private let shared: ClusterOrders.Shared
    private var command = RedisCommand()
    private var purposes: [UInt64: Purpose] = [:]
    private var lastTicket: UInt64 = 0
    /// Flights that wait for their lease.
    private var leasing = InFlightTable<(id: UUID, flight: FlightID, lease: UInt64)>()
    private var random = SystemRandomNumberGenerator()

    init(loop: Int, redis: RedisClient?, shared: ClusterOrders.Shared) {
        self.loop = UInt16(loop)
        self.redis = redis
        self.shared = shared
    }

    func take(_ ticket: UInt64) -> Purpose? { purposes.removeValue(forKey: ticket) }

    // MARK: Orders

    /// Reads an order that Redis didn't have. `lease` is the lease of the order that Redis held at that time.
    func get(_ id: UUID, _ token: ResponseToken, lease: UInt64?) {
        switch shared.flights.join(id, waiter(.order(token)), lease: lease) {
        case .joined: break
        case .alone(let flight): submit(id, flight)
        case .start(let flight): takeLease(id, flight)
        }
    }

    /// Reads an order without a cache: the query begins now and answers nobody else.
    func getUncached(_ id: UUID, _ token: ResponseToken) { readAlone(id, .order(token)) }

    func readAlone(_ id: UUID, _ purpose: Purpose) { submit(id, shared.flights.startAlone(id, waiter(purpose))) }

    /// False when too many reads wait.
    func readRecord(of key: IdempotencyKey, request number: UInt64) -> Bool {
        let waiter = waiter(.key(number))
        if shared.readers.submit(.key(key, waiter)) { return true }
        _ = take(waiter.ticket)
        return false
    }

    private func waiter(_ purpose: Purpose) -> Waiter {
        lastTicket += 1
        purposes[lastTicket] = purpose
        return Waiter(loop: loop, ticket: lastTicket)
    }

    private func submit(_ id: UUID, _ flight: FlightID) {
        if !shared.readers.submit(.order(id, flight)) { shared.flights.complete(flight, .failed) }
    }

    private func takeLease(_ id: UUID, _ flight: FlightID) {
        // 0 stands for no lease.
        let lease = UInt64.random(in: 1 ... .max - 1, using: &random)
        command.removeAll()
        command.append("SET")
        command.append(key: .lease, id)
        command.append(decimal: lease)
        command.append("NX")
        command.append("PX")
        command.append(decimal: Self.leaseMilliseconds)
        let tag = leasing.begin((id, flight, lease))
        guard redis?.send(command, handler: self, tag: tag) != true else { return }
        _ = leasing.take(tag)
        begin(id, flight, lease: 0)
    }

    private func begin(_ id: UUID, _ flight: FlightID, lease: UInt64) {
        shared.flights.begin(flight, lease: lease)
        submit(id, flight)
    }

    func redisReplied(_ reply: borrowing RedisReply, tag: UInt64) {
        guard let (id, flight, lease) = leasing.take(tag) else { return }
        // Any other reply than OK: another instance reads the order too, and keeps what it finds.
        begin(id, flight, lease: reply.kind == .status ? lease : 0)
    }

    static func lease(_ reply: borrowing RedisReply) -> UInt64? {
        guard reply.kind == .string, !reply.bytes.isEmpty else { return nil }
        return UInt64(String(decoding: reply.bytes, as: UTF8.self))
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

    /// Puts what was read into Redis, or gives the lease back.
    func keep(_ keep: ReadAnswer.Keep, _ answer: ReadAnswer) {
        guard let redis else { return }
        switch keep {
        case .order(let id, let lease):
            var isFound = false
            if case .order = answer.outcome { isFound = true }
            command.begin(.fill)
            command.append(key: .lease, id)
            command.append(key: .detail, id)
            command.append(decimal: lease)
            answer.body.withUnsafeBytes { command.append($0) }
            command.append(decimal: isFound ? ttlSeconds() : 0)
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

    /// ORDERS_CACHE_TTL, give or take a tenth, so that what was read together is not read again together.
    private func ttlSeconds() -> UInt64 {
        let ttl = shared.cache.detailTTLSeconds
        guard ttl > 0 else { return 0 }
        return UInt64(max(1, Int.random(in: ttl - ttl / 10...ttl + ttl / 10, using: &random)))
    }
}
