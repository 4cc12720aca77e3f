/// What one transaction did, in jobs. Each job counts once.
package struct ApplyResult: Equatable, Sendable {
    /// Orders that are there now and were not before; by their creation, or by a change that came after their delete.
    package var created: Int
    package var updated: Int
    package var deleted: Int
    /// Changed no order: the state that they ask for is not newer than what the database has, or the order isn't there.
    package var skipped: Int
    /// Refused by the database and set aside.
    package var rejected: Int
    /// The jobs with which it did not go as they say, in their order; empty for a usual batch.
    package var exceptions: [JobException]

    package init(
        created: Int = 0, updated: Int = 0, deleted: Int = 0, skipped: Int = 0, rejected: Int = 0,
        exceptions: [JobException] = []
    ) {
        self.created = created
        self.updated = updated
        self.deleted = deleted
        self.skipped = skipped
        self.rejected = rejected
        self.exceptions = exceptions
    }

    /// Some answer about orders may be different now.
    package var changed: Bool { created + updated + deleted > 0 }

    /// Counts what became of the job at `job` in its batch.
    mutating func count(_ step: OrderStep, job: Int) {
        switch step.outcome {
        case .created: created += 1
        case .updated: updated += 1
        case .deleted: deleted += 1
        case .skipped: skipped += 1
        }
        if let exception = step.exception { exceptions.append(JobException(job: job, effect: exception)) }
    }
}
