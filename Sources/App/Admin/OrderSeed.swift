import Glibc
import Orders
import Queue
import Reactor
import Store

/// Puts made-up orders straight into the database, some thousand in a transaction, and the workers' in between.
struct OrderSeed {
    /// The same as the workers' by default: with more of them an order gets no cheaper.
    static let ordersPerTransaction = 4096
    /// Under which its orders are applied; no queue has so many partitions.
    static let partition = 65_535
    /// A transaction that fails is tried again for so long.
    static let retryTimeoutMilliseconds = 10_000

    private let orders: any OrderAdministration
    private let isStopping: () -> Bool
    private let retryTimeoutMilliseconds: Int

    init(
        _ orders: any OrderAdministration, retryTimeoutMilliseconds: Int = OrderSeed.retryTimeoutMilliseconds,
        isStopping: @escaping () -> Bool
    ) {
        self.orders = orders
        self.retryTimeoutMilliseconds = retryTimeoutMilliseconds
        self.isStopping = isStopping
    }

    /// Throws one sentence that says how many orders were added all the same.
    func run(_ count: Int, from source: inout FakeOrders) throws(AdminFailure) {
        var added = 0
        var batch = JobBatch()
        do throws(AdminFailure) {
            try orders.begin()
            while added < count {
                guard !isStopping() else { throw AdminFailure(reason: "the service is shutting down") }
                let size = min(Self.ordersPerTransaction, count - added)
                batch.removeAll()
                source.append(size, to: &batch)
                try apply(batch)
                added += size
                // Those who ask meanwhile see the list grow. Without Redis its pages are read from the database anyway.
                try? orders.listChanged()
            }
        } catch {
            throw AdminFailure(reason: "\(error.reason); \(added) of \(count) orders were added")
        }
    }

    /// Again after a failure: an order that was added before is there, so that none is added twice.
    private func apply(_ batch: borrowing JobBatch) throws(AdminFailure) {
        let deadline = Deadline.now().advanced(byMilliseconds: retryTimeoutMilliseconds)
        var pause = Backoff.ofBatch
        while true {
            do throws(StoreError) {
                _ = try orders.store.apply(batch, partition: Self.partition, oldestQueuedMilliseconds: 0) {
                    (refused) throws(StoreError) in
                    throw .notSetAside(reason: refused.first?.reason ?? "the database refused a row")
                }
                return
            } catch {
                guard Deadline.now() < deadline, !isStopping() else { throw AdminFailure(reason: error.description) }
            }
            usleep(UInt32(pause.next()) * 1_000)
        }
    }
}
