import Orders

/// How many changes of each order are on their way to their commit. So a change that expects a certain version finds
/// out that another one may come first. Pure.
struct ChangesUnderWay: Sendable {
    private var counts: [UUID: Int] = [:]

    func contains(_ id: UUID) -> Bool { !counts.isEmpty && counts[id] != nil }

    mutating func begin(_ id: UUID) { counts[id, default: 0] += 1 }

    /// Nothing for a change that did not begin here.
    mutating func end(_ id: UUID) {
        guard let count = counts[id] else { return }
        counts[id] = count > 1 ? count - 1 : nil
    }
}
