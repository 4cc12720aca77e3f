import Reactor
import Testing

@testable import Cache

@Suite struct PageBudgetTests {
    private let start = Deadline(nanoseconds: 1_000_000_000_000)

    @Test("It is spent until the window ends, and small pages may still fit where a large one does not")
    func window() {
        var budget = PageBudget(maxBytes: 100, windowSeconds: 30)
        let asked = [(60, 0), (41, 0), (40, 0), (1, 29), (100, 30), (1, 59), (1, 60)]
        let given = asked.map { budget.take($0.0, now: start.advanced(bySeconds: $0.1)) }
        #expect(given == [true, false, true, false, true, false, true])
    }

    @Test("What is larger than all of it never fits")
    func tooLarge() {
        var budget = PageBudget(maxBytes: 100, windowSeconds: 30)
        let given = [101, 100].map { budget.take($0, now: start) }
        #expect(given == [false, true])
    }
}
