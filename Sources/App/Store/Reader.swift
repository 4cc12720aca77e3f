import Reactor

/// One thread of the ``ReaderPool``.
final class Reader {
    private let pool: ReaderPool
    private let database: any OrderReading
    private let cache: MemoryCache
    private let lists: ListCache
    private let health: Health
    private var body = ByteBuffer()
    private var answer = ByteBuffer()
    private var waiters: [Waiter] = []

    init(
        pool: ReaderPool, database: any OrderReading, cache: MemoryCache, lists: ListCache, health: Health
    ) {
        self.pool = pool
        self.database = database
        self.cache = cache
        self.lists = lists
        self.health = health
    }

    /// Until the pool is closed.
    func run() {
        while let request = pool.next() {
            body.removeAll()
            answer.removeAll()
            waiters.removeAll(keepingCapacity: true)
            switch request {
            case .order(let id, let flight): readOrder(id, flight)
            case .page(let query, let flight): readPage(query, flight)
            }
        }
    }

    private func readOrder(_ id: UUID, _ flight: FlightID) {
        let told = cache.complete(flight, query(id), now: .now(), waiters: &waiters, answer: &answer)
        switch told {
        case .found(let order): tell(.order(order), [UInt8](answer.bytes))
        case .notFound: tell(.notFound, [])
        case .failed: tell(.failed, [])
        }
    }

    private func query(_ id: UUID) -> FlightResult {
        do throws(StoreError) {
            guard try database.order(id, into: &body) else { return .notFound }
            health.report(.reads, failure: nil)
            guard let status = OrderJSON.statusRange(in: body.bytes) else {
                preconditionFailure("the database's answer is not canonical")
            }
            return .found(order: body.bytes, status: status)
        } catch {
            health.report(.reads, failure: error.description)
            return .failed
        }
    }

    private func readPage(_ query: ListQuery, _ flight: FlightID) {
        do throws(StoreError) {
            try read(query)
            health.report(.reads, failure: nil)
            lists.complete(flight, page: body.bytes, now: .now(), waiters: &waiters)
            tell(.page, [UInt8](body.bytes))
        } catch {
            health.report(.reads, failure: error.description)
            lists.complete(flight, page: nil, now: .now(), waiters: &waiters)
            tell(.failed, [])
        }
    }

    private func read(_ query: ListQuery) throws(StoreError) {
        guard let status = query.status else {
            return try database.page(limit: query.limit, after: query.after, status: nil, into: &body)
        }
        let failure = status.withUnsafeBytes { bytes -> StoreError? in
            do throws(StoreError) {
                try database.page(limit: query.limit, after: query.after, status: bytes, into: &body)
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
    }

    private func tell(_ outcome: ReadOutcome, _ body: [UInt8]) { pool.tell(waiters, outcome, body) }
}
