import Testing

@testable import Admin

@Suite struct OrderResetTests {
    static let steps = [
        "begin", "drain", "erase", "forget 7", "bump", "drain", "forget 7 again", "bump",
    ]

    @Test("It drains, erases and forgets, and then drains and forgets again")
    func order() throws {
        let it = try AdministrationUnderTest()
        try OrderReset(it).run(startedAtMilliseconds: 7)
        #expect(it.steps == Self.steps)
    }

    @Test("Where a step fails it ends, and says what was done and what was not", arguments: steps.indices)
    func failure(step: Int) throws {
        let it = try AdministrationUnderTest()
        // An erasure that didn't happen is tried five times.
        let failing = step == 2 ? Array(2..<7) : [step]
        for step in failing { it.failures[step] = AdminFailure(reason: "the sky fell") }
        let failure = #expect(throws: AdminFailure.self) { try OrderReset(it).run(startedAtMilliseconds: 7) }
        #expect(it.steps == Self.steps[..<step] + failing.map { _ in Self.steps[step] })
        if step <= 2 {
            #expect(failure?.reason == "the sky fell; nothing was deleted")
        } else {
            #expect(
                failure?.reason.hasPrefix("the orders were deleted, but some may be shown until caches forget them: ")
                    == true)
        }
    }

    @Test("An erasure that may have happened is not repeated")
    func uncertain() throws {
        let it = try AdministrationUnderTest()
        it.failures[2] = AdminFailure(reason: "the server left", isUncertain: true)
        let failure = #expect(throws: AdminFailure.self) { try OrderReset(it).run(startedAtMilliseconds: 7) }
        #expect(failure?.reason == "it is not known whether the orders were deleted: the server left; repeat the reset")
        #expect(it.steps == ["begin", "drain", "erase", "bump"])
    }
}
