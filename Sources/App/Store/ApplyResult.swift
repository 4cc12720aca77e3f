/// What one transaction did, in jobs.
struct ApplyResult: Equatable, Sendable {
    var created = 0
    var updated = 0
    var deleted = 0
    /// Had no effect: delivered again, a create of an order that is there, a change of one that is not.
    var skipped = 0
    /// Refused by the database and set aside.
    var rejected = 0

    /// Some answer about orders may be different now.
    var changed: Bool { created + updated + deleted > 0 }
}
