/// What a run came to.
package struct ProveVerdict: Equatable, Sendable {
    package enum Promise: String, Sendable {
        case kept, broken
        /// Nothing was acknowledged, or not everything could be looked at in the end.
        case unproven
    }

    package var acknowledged = 0
    package var unknown = 0
    package var refused = 0
    package var lost = 0
    package var doubled = 0
    package var wrong = 0
    package var stale = 0
    package var unsure = 0
    package var longestPauseMilliseconds = 0
    package var reads = 0
    package var seconds = 0
    /// Sentences about what could not be looked at.
    package var unanswered: [String] = []
    /// The first violations, with all that is known of them.
    package var violations: [Violation] = []

    package init() {}

    package var violationCount: Int { lost + doubled + wrong + stale }

    package var promise: Promise {
        if violationCount > 0 { return .broken }
        return acknowledged == 0 || !unanswered.isEmpty ? .unproven : .kept
    }

    /// The command's exit status.
    package var exitStatus: Int32 {
        switch promise {
        case .kept: 0
        case .broken: 1
        case .unproven: 2
        }
    }

    /// Names that scripts may rely on.
    package var line: String {
        let figures = [
            ("acknowledged", acknowledged), ("unknown", unknown), ("refused", refused), ("lost", lost),
            ("doubled", doubled), ("wrong", wrong), ("stale", stale), ("unsure", unsure),
            ("longest_pause_ms", longestPauseMilliseconds), ("reads", reads), ("seconds", seconds),
        ]
        return "prove: \(figures.map { "\($0)=\($1)" }.joined(separator: " ")) promise=\(promise.rawValue)"
    }

    /// One line each, for people.
    package var details: [String] {
        let more = violationCount - violations.count
        return violations.map(\.description) + (more > 0 ? ["and \(more) more"] : []) + unanswered
    }

    init(_ ledger: Ledger, seconds: Int, unanswered: [String]) {
        acknowledged = ledger.acknowledged
        unknown = ledger.unknown
        refused = ledger.refused
        lost = ledger.violations.counts[.lost] ?? 0
        doubled = ledger.violations.counts[.doubled] ?? 0
        wrong = ledger.violations.counts[.wrong] ?? 0
        stale = ledger.violations.counts[.stale] ?? 0
        unsure = ledger.unsure
        longestPauseMilliseconds = ledger.pause.longest
        reads = ledger.reads
        self.seconds = seconds
        self.unanswered = unanswered
        violations = ledger.violations.first
    }
}
