// The last look, when nobody writes any more.
extension Ledger {
    /// What one place showed of an order in the end.
    struct EndFinding: Sendable {
        let finding: Finding
        let url: String
        let isList: Bool
    }

    /// Whatever the last look showed of `order` counts now. `findings` are those of all places, fitting ones too.
    mutating func conclude(_ order: Int, _ findings: [EndFinding], at now: Int) {
        let bad = findings.filter { !$0.finding.fits }
        guard let worst = bad.max(by: { Self.weight($0.finding) < Self.weight($1.finding) }) else {
            return noteMissing(order, "it was deleted later")
        }
        let place = worst.isList ? "the list of \(worst.url)" : worst.url
        let sentence = about(order, worst.finding, from: place, at: now)
        switch worst.finding {
        case .fits: break
        case .wrong, .late: violations.note(.wrong, sentence)
        case .doubled: violations.note(.doubled, sentence)
        case .older, .missing:
            // Where one place shows what should be there, it isn't lost.
            violations.note(findings.contains { $0.finding.fits } ? .stale : .lost, sentence)
        }
    }

    private static func weight(_ finding: Finding) -> Int {
        switch finding {
        case .fits: 0
        case .older: 1
        case .missing: 2
        case .late: 3
        case .wrong: 4
        case .doubled: 5
        }
    }

    /// What a GET shows of an order, when nothing may be on its way any more.
    func endFinding(_ shown: ShownState, of order: Int) -> Finding {
        let record = orders[order]
        return Self.inTheEnd(record.finding(shown, run: run, asked: record.floor), shown)
    }

    /// What one walk through a list found under the order's customer.
    func endFinding(listed: [ShownOrder], of order: Int) -> Finding {
        let finding = orders[order].finding(listed: listed, run: run)
        return listed.first.map { Self.inTheEnd(finding, .order($0)) } ?? finding
    }

    private static func inTheEnd(_ finding: Finding, _ shown: ShownState) -> Finding {
        if case .order(let order) = shown, order.status == "deleting", finding.fits { return .older("still deleting") }
        return finding
    }
}
