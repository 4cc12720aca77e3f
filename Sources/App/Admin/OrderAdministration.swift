package import Reactor
package import Store

/// What a reset and a seed need of a profile. One thread has it, and every call may block.
package protocol OrderAdministration: AnyObject {
    /// Before each task: makes the connections that it needs. Throws when something doesn't answer.
    func begin() throws(AdminFailure)

    /// Returns when everything is applied, and shown as applied, that was accepted before the call.
    func drain(until deadline: Deadline) throws(AdminFailure)

    /// Deletes all orders in one step that nobody sees half of. What was accepted before never comes back, whatever
    /// delivers it again.
    func eraseOrders() throws(AdminFailure)

    /// From the return on, no cache shows what ``eraseOrders()`` deleted, and new orders are told from it.
    func forgetCaches() throws(AdminFailure)

    /// Pages of the list that were read before are not given to anybody from now on.
    func listChanged() throws(AdminFailure)

    /// Where seeded orders go.
    var store: any OrderStore { get }

    /// After each task, however it ended.
    func end()
}
