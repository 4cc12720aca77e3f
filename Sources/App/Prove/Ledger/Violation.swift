/// A promise that was not kept, for one order or one read.
package struct Violation: Equatable, Sendable, CustomStringConvertible {
    package enum Kind: String, CaseIterable, Sendable {
        /// An acknowledged write is not there in the end.
        case lost
        /// One creation made two orders.
        case doubled
        /// What was never written, or what had lost against a later write.
        case wrong
        /// An older state than the one that was promised.
        case stale
    }

    package let kind: Kind
    /// Everything that helps to look into it, in one line.
    package let sentence: String

    package var description: String { "\(kind.rawValue): \(sentence)" }
}

/// How many violations of each kind there were, and the first of them.
struct ViolationLog: Sendable {
    static let keptCount = 20

    private(set) var counts: [Violation.Kind: Int] = [:]
    private(set) var first: [Violation] = []

    var total: Int { counts.values.reduce(0, +) }

    mutating func note(_ kind: Violation.Kind, times: Int = 1, _ sentence: String) {
        counts[kind, default: 0] += times
        if first.count < Self.keptCount { first.append(Violation(kind: kind, sentence: sentence)) }
    }
}
