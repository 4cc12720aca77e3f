package import Orders
import Reactor
import Synchronization

/// The idempotency keys that are in use and not in the database yet, for all loops of a process.
///
/// A key is here while its request is under way, and then until its orders are applied: from there on the database
/// knows it, and whoever doesn't find it here asks there. So the table is bounded by what is in flight and in the
/// queue, from which it is filled again after a restart.
package final class ClaimTable: Sendable {
    private enum State {
        case running
        /// The orders are in the queue.
        case queued
        /// Nobody knows.
        case unknown
    }

    private struct Claim {
        var record: KeyRecord
        var state: State
        /// In the queue, or about to be.
        var orders: Int
        /// Of them, applied.
        var applied = 0
    }

    private struct Table {
        var claims: [IdempotencyKey: Claim] = [:]
        var unknown = FirstInFirstOut<(key: IdempotencyKey, idSeed: UUID)>()
    }

    /// Requests whose fate is unknown that are kept: only a failing disk makes any.
    private let maxUnknown: Int
    private let table = Mutex(Table())

    package init(maxUnknown: Int = 10_000) { self.maxUnknown = maxUnknown }

    package var count: Int { table.withLock { $0.claims.count } }

    // MARK: From event loops

    /// `orders` is how many the request creates.
    package func claim(_ key: IdempotencyKey, _ record: KeyRecord, orders: Int) -> ClaimAnswer {
        table.withLock { table in
            guard var claim = table.claims[key] else {
                table.claims[key] = Claim(record: record, state: .running, orders: orders)
                return .new(isSure: false)
            }
            guard claim.record.fingerprint == record.fingerprint else { return .otherBody }
            switch claim.state {
            case .running: return .running
            case .queued: return .done(idSeed: claim.record.idSeed)
            case .unknown:
                claim.state = .running
                claim.orders = orders
                table.claims[key] = claim
                return .resumed(idSeed: claim.record.idSeed)
            }
        }
    }

    /// The request is done: its orders are in the queue, or `isApplied`.
    package func finish(_ key: IdempotencyKey, isApplied: Bool) {
        table.withLock { table in
            guard var claim = table.claims[key], claim.state == .running else { preconditionFailure("no claim") }
            claim.state = .queued
            // A worker may have been faster.
            table.claims[key] = isApplied || claim.applied >= claim.orders ? nil : claim
        }
    }

    package func giveBack(_ key: IdempotencyKey, _ end: ClaimEnd) {
        table.withLock { table in
            guard var claim = table.claims[key], claim.state == .running else { preconditionFailure("no claim") }
            switch end {
            case .forgotten: table.claims[key] = nil
            case .unknown:
                claim.state = .unknown
                table.claims[key] = claim
                table.unknown.append((key, claim.record.idSeed))
                if table.unknown.count > maxUnknown { forgetOldest(&table) }
            }
        }
    }

    private func forgetOldest(_ table: inout Table) {
        guard let oldest = table.unknown.popFirst(), let claim = table.claims[oldest.key] else { return }
        if claim.state == .unknown && claim.record.idSeed == oldest.idSeed { table.claims[oldest.key] = nil }
    }

    // MARK: From workers, and at the start

    /// The queue held these orders when the process started.
    package func restore(_ batch: borrowing JobBatch) {
        for mark in batch.marks {
            if let key = IdempotencyKey(mark.key.of(batch.text.bytes)) { restore(key, mark.record) }
        }
    }

    /// The database has these orders, or will never have them.
    package func applied(_ batch: borrowing JobBatch) {
        for mark in batch.marks {
            if let key = IdempotencyKey(mark.key.of(batch.text.bytes)) { applied(key, mark.record) }
        }
    }

    private func restore(_ key: IdempotencyKey, _ record: KeyRecord) {
        table.withLock { table in
            var claim = table.claims[key] ?? Claim(record: record, state: .queued, orders: 0)
            guard claim.record.idSeed == record.idSeed else { return }
            claim.orders += 1
            table.claims[key] = claim
        }
    }

    private func applied(_ key: IdempotencyKey, _ record: KeyRecord) {
        table.withLock { table in
            guard var claim = table.claims[key], claim.record.idSeed == record.idSeed else { return }
            claim.applied += 1
            let isOver = claim.applied >= claim.orders && claim.state != .running
            table.claims[key] = isOver ? nil : claim
        }
    }
}
