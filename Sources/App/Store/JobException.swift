package import Orders

/// A job of a batch that was applied, with which it did not go as the job says.
///
/// A job without one has led to the state that it asks for, under its own version; a delete also where there was no
/// order to delete.
package struct JobException: Equatable, Sendable {
    /// Its index in the batch's jobs.
    package let job: Int
    package let effect: Effect

    package enum Effect: Equatable, Sendable {
        /// The database has, or had, a state of the order that is at least as new: this one.
        case superseded(by: OrderVersion)
        /// The order isn't there yet. The change is recorded, and the order's creation will heed it.
        case early
        /// The order has the state of this version now, whatever version the job has. A creation that heeds an early
        /// change has that one's; a change without a version gets one; a change that is newer than the order's delete
        /// has brought the order back.
        case applied(as: OrderVersion)
        /// The database refused it, and it was set aside.
        case refused
    }

    package init(job: Int, effect: Effect) {
        self.job = job
        self.effect = effect
    }
}
