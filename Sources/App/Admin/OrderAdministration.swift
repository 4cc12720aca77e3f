package import Reactor
package import Store

/// What a reset and a seed need of a profile. One thread has it, and every call may block.
package protocol OrderAdministration: AnyObject {
    /// Before each task: makes the connections that it needs. Throws when something doesn't answer.
    func begin() throws(AdminFailure)

    /// Returns when everything is applied, and shown as applied, that was accepted before the call.
    func drain(until deadline: Deadline) throws(AdminFailure)

    /// Deletes all orders in one step that nobody sees half of. Messages that were applied stay known: they may come
    /// again.
    func eraseOrders() throws(AdminFailure)

    /// Takes out of the caches what the database may not have any more. What is accepted and not applied stays shown.
    func forgetCaches(_ pass: ResetPass) throws(AdminFailure)

    /// Pages of the list that were read before are not given to anybody from now on.
    func listChanged() throws(AdminFailure)

    /// Where seeded orders go.
    var store: any OrderStore { get }

    /// After each task, however it ended.
    func end()
}

/// A reset looks through the caches twice, with a ``OrderAdministration/drain(until:)`` in between.
package enum ResetPass: Equatable, Sendable {
    /// Right after the orders were deleted. `millisecondsSince1970` is when the reset began.
    case first(millisecondsSince1970: UInt64)
    /// What was pending at the first pass and is older than the reset is over by now, whatever it looks like.
    case second(millisecondsSince1970: UInt64)
}
