import Orders

/// What the database knows of one order: whether it was created, and its newest change.
///
/// Pure, like ``OrderStep`` and ``OrderJoin``: databases only tell what they know, and carry out what follows from it.
enum OrderState: Equatable {
    /// It isn't there, and nothing is recorded of it.
    case unknown
    /// It is in `orders`, in the state of this version.
    case present(OrderVersion)
    /// Its creation hasn't come yet. A new status of this version has, and is in `absent_orders`.
    case early(OrderVersion)
    /// Deleted under this version, which is in `absent_orders`. So is the order's creation, if that has come.
    case deleted(OrderVersion, hasCreation: Bool)

    /// Of the order `id` whose row says `column`.
    static func present(_ id: UUID, column: Int64) -> OrderState {
        .present(.effective(of: id, column: column))
    }

    /// Of an order whose row in `absent_orders` is so.
    static func absent(version: Int64, isDeleted: Bool, hasCreation: Bool) -> OrderState {
        isDeleted ? .deleted(.stored(version), hasCreation: hasCreation) : .early(.stored(version))
    }
}

/// What the database has to do so that it knows a job's state of the order too. The version is that of the new state.
enum OrderEffect: Equatable {
    case none
    /// Insert the job's order.
    case insert
    /// Insert the job's order with the status and the version of its early change, whose record goes.
    case insertHeeding
    case setStatus(OrderVersion)
    /// Delete the order, and record the delete with the order's creation.
    case takeOut(OrderVersion)
    /// Insert the order again from its recorded creation, with the job's status. The record goes.
    case bringBack(OrderVersion)
    /// Record the change, in place of an older one; a creation that is recorded stays.
    case record(OrderVersion)
    /// Record the job's order beside its delete.
    case keepCreation
}

/// One job joined to what the database knows of its order.
struct OrderStep: Equatable {
    enum Outcome: Equatable { case created, updated, deleted, skipped }

    /// What the database knows afterwards.
    let state: OrderState
    let effect: OrderEffect
    let outcome: Outcome
    let exception: JobException.Effect?

    init(
        _ state: OrderState, _ effect: OrderEffect, _ outcome: Outcome, _ exception: JobException.Effect? = nil
    ) {
        self.state = state
        self.effect = effect
        self.outcome = outcome
        self.exception = exception
    }

    /// The job changes nothing, because `version` is at least as new.
    static func superseded(_ state: OrderState, by version: OrderVersion) -> OrderStep {
        OrderStep(state, .none, .skipped, .superseded(by: version))
    }
}

extension OrderState {
    /// Joins the state that `job` asks for to this one: the newer one of both stays. So the order in which jobs come,
    /// and how often each comes, makes no difference; but for changes without a version, which are newer than what is
    /// there.
    ///
    /// - Parameter reset: what was created up to then is gone for good.
    func joined(with job: Job, reset: OrderVersion) -> OrderStep {
        let creation = OrderVersion(ofCreation: job.orderID)
        if job.kind == .createOrder { return joined(withCreationBy: job, creation, reset: reset) }
        guard let version = job.version else { return joined(withUnversioned: job.kind, creation) }
        // Older than the order itself, as no change of it can be.
        guard version > creation else { return .superseded(self, by: creation) }
        switch self {
        case .present(let current):
            guard version > current else { return .superseded(self, by: current) }
            return change(job.kind, to: version)
        case .unknown:
            if creation > .none, creation <= reset { return .superseded(self, by: reset) }
            return record(job.kind, version, hasCreation: false)
        case .early(let current):
            // Whatever comes again, the change that is recorded still waits for its order.
            guard version > current else { return OrderStep(self, .none, .skipped, .early) }
            return record(job.kind, version, hasCreation: false)
        case .deleted(let current, let hasCreation):
            guard version > current else { return .superseded(self, by: current) }
            guard hasCreation, job.kind == .updateOrderStatus else {
                return record(job.kind, version, hasCreation: hasCreation)
            }
            // Both writes were acknowledged, and the later one says that the order is there.
            return OrderStep(.present(version), .bringBack(version), .created, .applied(as: version))
        }
    }

    private func joined(
        withCreationBy job: Job, _ creation: OrderVersion, reset: OrderVersion
    ) -> OrderStep {
        if case .present(let current) = self { return .superseded(self, by: current) }
        if job.createsOrder(before: reset) { return .superseded(self, by: reset) }
        switch self {
        case .unknown, .present: return OrderStep(.present(creation), .insert, .created)
        case .early(let version):
            return OrderStep(.present(version), .insertHeeding, .created, .applied(as: version))
        case .deleted(let version, let hasCreation):
            return OrderStep(
                .deleted(version, hasCreation: true), hasCreation ? .none : .keepCreation, .skipped,
                .superseded(by: version))
        }
    }

    /// A change by the replaced service. It never had an effect on an order that isn't there.
    private func joined(withUnversioned kind: JobKind, _ creation: OrderVersion) -> OrderStep {
        guard case .present(let current) = self else { return .superseded(self, by: creation) }
        let step = change(kind, to: current.next)
        return OrderStep(step.state, step.effect, step.outcome, .applied(as: current.next))
    }

    private func change(_ kind: JobKind, to version: OrderVersion) -> OrderStep {
        kind == .deleteOrder
            ? OrderStep(.deleted(version, hasCreation: true), .takeOut(version), .deleted)
            : OrderStep(.present(version), .setStatus(version), .updated)
    }

    private func record(_ kind: JobKind, _ version: OrderVersion, hasCreation: Bool) -> OrderStep {
        kind == .deleteOrder
            ? OrderStep(.deleted(version, hasCreation: hasCreation), .record(version), .skipped)
            : OrderStep(.early(version), .record(version), .skipped, .early)
    }
}

extension Job {
    /// Whether the order that this creates is one of those that the reset of this version has removed.
    ///
    /// An id of the replaced service says nothing of when its order was made. Then the time counts at which the job was
    /// queued, or else no order of that service could be created after a reset.
    func createsOrder(before reset: OrderVersion) -> Bool {
        guard reset > .none else { return false }
        let creation = OrderVersion(ofCreation: orderID)
        if creation > .none { return creation <= reset }
        return OrderVersion(millisecondsSince1970: enqueuedAtMilliseconds) <= reset
    }
}
