/// Who waits for an answer: an event loop and its own number for the request. A value, so that it may cross threads and
/// outlive the connection: the loop drops an answer whose ticket it no longer knows.
package struct Waiter: Equatable, Sendable {
    package var loop: UInt16
    package var ticket: UInt64

    package init(loop: UInt16, ticket: UInt64) {
        self.loop = loop
        self.ticket = ticket
    }
}

/// One read of the database on behalf of all who wait for the same thing (single flight).
///
/// Whoever got it from `join` must call `complete` for it exactly once, with `.failed` when the read can't be made.
package struct FlightID: Hashable, Sendable {
    var shard: UInt16
    package var slot: UInt32
    /// Tells this flight from earlier ones in the same slot.
    var generation: UInt32
}
