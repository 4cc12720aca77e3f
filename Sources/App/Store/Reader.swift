import Reactor

/// One thread of the ``ReaderPool``.
final class Reader {
    private let pool: ReaderPool
    private let database: any OrderReading
    private let completion: any ReadCompletion
    private let health: Health
    private var body = ByteBuffer()

    init(pool: ReaderPool, database: any OrderReading, completion: any ReadCompletion, health: Health) {
        self.pool = pool
        self.database = database
        self.completion = completion
        self.health = health
    }

    /// Until the pool is closed.
    func run() {
        while let waiting = pool.next() {
            body.removeAll()
            let isLate = waiting.deadline <= .now()
            switch waiting.request {
            case .order(let id, let flight): completion.complete(flight, isLate ? .failed : read(id))
            case .page(let query, let flight):
                completion.complete(flight, page: !isLate && read(query) ? body.bytes : nil)
            }
        }
    }

    private func read(_ id: UUID) -> FlightResult {
        do throws(StoreError) {
            let isFound = try database.order(id, into: &body)
            health.report(.reads, failure: nil)
            guard isFound else { return .notFound }
            guard let status = OrderJSON.statusRange(in: body.bytes) else {
                preconditionFailure("the database's answer is not canonical")
            }
            return .found(order: body.bytes, status: status)
        } catch {
            health.report(.reads, failure: error.description)
            return .failed
        }
    }

    private func read(_ query: ListQuery) -> Bool {
        do throws(StoreError) {
            try page(query)
            health.report(.reads, failure: nil)
            return true
        } catch {
            health.report(.reads, failure: error.description)
            return false
        }
    }

    private func page(_ query: ListQuery) throws(StoreError) {
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
}
