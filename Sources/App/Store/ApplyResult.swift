package import Orders

/// What one transaction did, in jobs.
package struct ApplyResult: Equatable, Sendable {
    package var created: Int
    package var updated: Int
    package var deleted: Int
    /// Had no effect: delivered again, a create of an order that is there, a change of one that is not.
    package var skipped: Int
    /// Refused by the database and set aside.
    package var rejected: Int
    /// Orders that jobs among ``skipped`` did not find. Empty but for updates that cross a delete.
    package var missing: [UUID]
    /// Orders of jobs among ``skipped`` that a request with an Idempotency-Key has created before.
    package var repeated: [UUID]

    package init(
        created: Int = 0, updated: Int = 0, deleted: Int = 0, skipped: Int = 0, rejected: Int = 0, missing: [UUID] = [],
        repeated: [UUID] = []
    ) {
        self.created = created
        self.updated = updated
        self.deleted = deleted
        self.skipped = skipped
        self.rejected = rejected
        self.missing = missing
        self.repeated = repeated
    }

    package mutating func miss(_ order: UUID) {
        skipped += 1
        missing.append(order)
    }

    package mutating func `repeat`(_ order: UUID) {
        skipped += 1
        repeated.append(order)
    }

    /// Some answer about orders may be different now.
    package var changed: Bool { created + updated + deleted > 0 }
}
