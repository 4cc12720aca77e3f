import Reactor

/// Deletes all orders so that none that was accepted before comes back, from the queue or from a cache of any instance.
///
/// It keeps no state that could outlive it: where it fails, or its process dies, nothing of it acts later.
///
/// 1. *Drain.* What was accepted before lies in the queue in front of what is waited for here. So when this ends it is
///    in the database, and the caches know.
/// 2. *Erase.* It is gone from the database. Messages that are delivered again are known there, and do nothing.
/// 3. *Forget.* Orders in caches go, but for those that were accepted meanwhile and wait to be applied. Reads and
///    changes under way that saw an order before are made worthless.
/// 4. *Drain* and *forget* again: an order may have been accepted and applied between the first drain and the erasure,
///    and its worker may not have told the caches before they were looked through. It has by now.
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
    func run(startedAtMilliseconds start: UInt64) throws(AdminFailure) {
        do throws(AdminFailure) {
            try orders.begin()
            try orders.drain(until: drainDeadline)
        } catch {
            throw AdminFailure(reason: "\(error.reason); nothing was deleted")
        }
        try erase()
        do throws(AdminFailure) {
            try orders.forgetCaches(.first(millisecondsSince1970: start))
            try orders.listChanged()
            try orders.drain(until: drainDeadline)
            try orders.forgetCaches(.second(millisecondsSince1970: start))
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
