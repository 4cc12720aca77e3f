import Testing

@testable import Prove

@Suite("The verdict of a run") struct ProveVerdictTests {
    private func good() -> ProveVerdict {
        var verdict = ProveVerdict()
        verdict.acknowledged = 12_345
        verdict.unknown = 3
        verdict.refused = 17
        verdict.longestPauseMilliseconds = 812
        verdict.reads = 54_321
        verdict.seconds = 60
        return verdict
    }

    @Test("One line, with names that stay")
    func line() {
        #expect(
            good().line
                == """
                prove: acknowledged=12345 unknown=3 refused=17 lost=0 doubled=0 wrong=0 stale=0 unsure=0 \
                longest_pause_ms=812 reads=54321 seconds=60 promise=kept
                """)
        #expect(good().exitStatus == 0)
    }

    @Test("Any violation breaks the promise", arguments: Violation.Kind.allCases)
    func broken(kind: Violation.Kind) {
        var ledger = LedgerFixture.created().ledger
        #expect(ProveVerdict(ledger, seconds: 1, unanswered: []).exitStatus == 0)
        ledger.violations.note(kind, "because")
        // Whatever could not be looked at besides.
        for unanswered in [[], ["a"]] {
            let verdict = ProveVerdict(ledger, seconds: 1, unanswered: unanswered)
            #expect(verdict.exitStatus == 1 && verdict.line.hasSuffix("promise=broken"))
            #expect(verdict.line.contains(" \(kind.rawValue)=1 "))
        }
    }

    @Test("Without an acknowledged write, or without a whole last look, nothing is proven; unsure reads break nothing")
    func unproven() {
        var verdict = good()
        verdict.unsure = 5
        #expect(verdict.promise == .kept)
        verdict.unanswered = ["the list of http://a:80 was not looked at: timed out"]
        #expect(verdict.exitStatus == 2 && verdict.line.hasSuffix("promise=unproven"))
        #expect(ProveVerdict().promise == .unproven)
    }

    @Test("The first twenty violations are told, and how many more there were")
    func details() {
        var ledger = Ledger(run: "r")
        for number in 0..<25 { ledger.violations.note(number < 20 ? .stale : .wrong, "number \(number)") }
        let verdict = ProveVerdict(ledger, seconds: 1, unanswered: ["no answer"])
        #expect(verdict.stale == 20 && verdict.wrong == 5)
        #expect(verdict.details.count == 22)
        #expect(verdict.details[0] == "stale: number 0")
        #expect(Array(verdict.details.suffix(2)) == ["and 5 more", "no answer"])
    }

    @Test("The longest pause is measured from the start of the load to its end")
    func pauses() {
        var clock = PauseClock()
        for now in [100, 150, 400] { clock.accepted(at: now) }
        #expect(clock.longest == 250)
        clock.end(at: 1_000)
        clock.accepted(at: 5_000)
        #expect(clock.longest == 600)
        var late = PauseClock()
        late.accepted(at: 700)
        late.accepted(at: 710)
        #expect(late.longest == 700)
    }
}
