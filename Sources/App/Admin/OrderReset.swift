import Reactor

/// Deletes all orders so that none that was accepted before comes back, from the queue or from a cache of any instance.
///
/// 1. *Drain.* What was accepted before lies in the queue in front of what is waited for here. So when this ends it is
///    in the database.
/// 2. *Erase.* It is gone from the database, which keeps the newest version that it has seen: no order that was created
///    up to that one comes back, whoever delivers it again, from the queue or from the dead letters.
/// 3. *Forget.* The caches learn the version, and show no such order.
///
/// An order that is accepted while this runs may live or not; one that is accepted after its end always does.
struct OrderReset {
    static let drainMilliseconds = 30_000
    /// An erasure that certainly didn't happen, because the database was busy say, is tried again so often.
    private static let attempts = 5

    private let orders: any OrderAdministration
    private let drainMilliseconds: Int

    init(_ orders: any OrderAdministration, drainMilliseconds: Int = OrderReset.drainMilliseconds) {
        self.orders = orders
        self.drainMilliseconds = drainMilliseconds
    }

    /// Throws one sentence that says what was and what was not done.
    func run() throws(AdminFailure) {
        do throws(AdminFailure) {
            try orders.begin()
            try orders.drain(until: drainDeadline)
        } catch {
            throw AdminFailure(reason: "\(error.reason); nothing was deleted")
        }
        try erase()
        do throws(AdminFailure) {
            try orders.listChanged()
            try orders.forgetCaches()
            try orders.listChanged()
        } catch {
            throw AdminFailure(
                reason: "the orders were deleted, but some may be shown until caches forget them: \(error.reason); "
                    + "repeat the reset to make sure")
        }
    }

    private var drainDeadline: Deadline { .now().advanced(byMilliseconds: drainMilliseconds) }

    private func erase() throws(AdminFailure) {
        var attempt = 1
        while true {
            do throws(AdminFailure) {
                return try orders.eraseOrders()
            } catch {
                if error.isUncertain {
                    // Whatever came of it, pages that were read before should not hide it.
                    try? orders.listChanged()
                    throw AdminFailure(
                        reason: "it is not known whether the orders were deleted: \(error.reason); repeat the reset")
                }
                guard attempt < Self.attempts else {
                    throw AdminFailure(reason: "\(error.reason); nothing was deleted")
                }
            }
            attempt += 1
        }
    }
}
