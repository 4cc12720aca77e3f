@testable import Queue
@testable import Store

/// The truth about one order: every write in the order of its commit, and what the database has of them.
///
/// It knows nothing of caches: it says which answers are true to "this write or a later one".
struct OrderHistory {
    enum Write {
        case create(name: String, status: String)
        case update(status: String)
        case delete
    }

    enum State: Equatable {
        case absent
        case present(name: String, status: String)
        case deleting(name: String)
    }

    private(set) var writes: [Write] = []
    private(set) var appliedCount = 0
    /// The row of the database.
    private(set) var row: (name: String, status: String)?
    /// What a reader is to see once the first n writes are committed.
    private var states: [State]

    /// `row` is what the database has from earlier times.
    init(row: (name: String, status: String)?) {
        self.row = row
        states = [row.map { State.present(name: $0.name, status: $0.status) } ?? .absent]
    }

    /// A point in the history: what had been committed, and what applied, when somebody asked.
    struct Moment {
        var committed: Int
        var applied: Int
    }

    var moment: Moment { Moment(committed: writes.count, applied: appliedCount) }
    var hasPending: Bool { appliedCount < writes.count }

    mutating func commit(_ write: Write) {
        writes.append(write)
        switch (write, states.last!) {
        case (.create(let name, let status), _): states.append(.present(name: name, status: status))
        case (.update(let status), .present(let name, _)): states.append(.present(name: name, status: status))
        case (.delete, .present(let name, _)): states.append(.deleting(name: name))
        case (_, let before): states.append(before)
        }
    }

    /// Applies the oldest pending write, as a worker's transaction does.
    mutating func apply() -> WriteOutcome {
        defer { appliedCount += 1 }
        switch writes[appliedCount] {
        case .create(let name, let status): row = (name, status)
        case .update(let status):
            guard let before = row else { return .rejected }
            row = (before.name, status)
        case .delete:
            guard row != nil else { return .rejected }
            row = nil
        }
        return .applied
    }

    /// Is `shown` what some state at or after `moment` looks like? A deleting order may be gone already, but one that
    /// was gone when the question was asked may not come back.
    func allows(_ shown: Shown, since moment: Moment) -> Bool {
        (moment.committed...writes.count).contains { count in
            switch states[count] {
            case .absent: return shown == .notFound
            case .present(let name, let status):
                return shown == .order(SampleOrder(name: name, status: status).text)
            case .deleting(let name):
                if shown == .notFound { return true }
                return count > moment.applied
                    && shown == .deletingOrder(SampleOrder(name: name, status: "deleting").text)
            }
        }
    }
}
