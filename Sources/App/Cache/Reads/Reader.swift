package import Health
import Orders
import Reactor
package import Store

/// One thread of the ``ReaderPool``.
package final class Reader {
    private let pool: ReaderPool
    private let database: any OrderReading
    private let completion: any ReadCompletion
    private let reporter: DependencyReporter
    private var body = ByteBuffer()
    /// The last read failed.
    private var isFailing = false
    private static let probeMilliseconds = 500

    package init(pool: ReaderPool, database: any OrderReading, completion: any ReadCompletion, health: Health) {
        self.pool = pool
        self.database = database
        self.completion = completion
        reporter = health.reporter(for: .reads)
    }

    /// Until the pool is closed.
    ///
    /// It reads once before it is asked, so that the service knows whether the database answers, and again and again
    /// after a failure: a balancer that has been told of it sends no requests that could find out that it is over.
    package func run() {
        probe()
        while true {
            let pause = Deadline.now().advanced(byMilliseconds: Self.probeMilliseconds)
            switch pool.next(until: isFailing ? pause : .never) {
            case .read(let waiting): answer(waiting)
            case .idle: probe()
            case .closed: return
            }
        }
    }

    private func probe() {
        body.removeAll()
        _ = read(UUID(high: 0, low: 0))
    }

    private func answer(_ waiting: ReaderPool.Waiting) {
        body.removeAll()
        let isLate = waiting.deadline <= .now()
        switch waiting.request {
        case .order(let id, let flight): completion.complete(flight, isLate ? .failed : read(id))
        case .page(let query, let flight):
            completion.complete(flight, page: !isLate && read(query) ? body.bytes : nil)
        case .key(let key, let waiter): pool.tell([waiter], isLate ? .failed : read(key), [])
        }
    }

    private func report(_ failure: StoreError?) {
        isFailing = failure != nil
        reporter.report(failure: failure?.description)
    }

    private func read(_ id: UUID) -> FlightResult {
        do throws(StoreError) {
            let stored = try database.order(id, into: &body)
            report(nil)
            switch stored {
            case .missing(let since): return .missing(since: since)
            case .found(let version):
                guard let status = OrderJSON.statusRange(in: body.bytes) else {
                    preconditionFailure("the database's answer is not canonical")
                }
                return .found(order: body.bytes, status: status, version: version)
            }
        } catch {
            report(error)
            return .failed
        }
    }

    private func read(_ key: IdempotencyKey) -> ReadOutcome {
        do throws(StoreError) {
            let record = try database.record(of: key)
            report(nil)
            return .key(record)
        } catch {
            report(error)
            return .failed
        }
    }

    private func read(_ query: ListQuery) -> Bool {
        do throws(StoreError) {
            try page(query)
            report(nil)
            return true
        } catch {
            report(error)
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
