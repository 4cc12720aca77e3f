/// What one transaction did, in jobs.
struct ApplyResult: Equatable, Sendable {
    var created = 0
    var updated = 0
    var deleted = 0
    /// Had no effect: delivered again, a create of an order that is there, a change of one that is not.
    var skipped = 0
    /// Refused by the database and set aside.
    var rejected = 0
    /// Orders that jobs among ``skipped`` did not find. Empty but for updates that cross a delete.
    var missing: [UUID] = []
    /// Orders of jobs among ``skipped`` that a request with an Idempotency-Key has created before.
    var repeated: [UUID] = []

    mutating func miss(_ order: UUID) {
        skipped += 1
        missing.append(order)
    }

    mutating func `repeat`(_ order: UUID) {
        skipped += 1
        repeated.append(order)
    }

    /// Some answer about orders may be different now.
    var changed: Bool { created + updated + deleted > 0 }
}
