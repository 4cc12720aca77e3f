import Testing

@testable import Admin

@Suite struct OrderResetTests {
    static let steps = ["begin", "drain", "erase", "bump", "forget", "bump"]

    @Test("It drains, erases and forgets, and pages that were read on either side of that are not given to anybody")
    func order() throws {
        let it = try AdministrationUnderTest()
        try OrderReset(it).run()
        #expect(it.steps == Self.steps)
    }

    @Test("Where a step fails it ends, and says what was done and what was not", arguments: steps.indices)
    func failure(step: Int) throws {
        let it = try AdministrationUnderTest()
        // An erasure that didn't happen is tried five times.
        let failing = step == 2 ? Array(2..<7) : [step]
        for step in failing { it.failures[step] = AdminFailure(reason: "the sky fell") }
        let failure = #expect(throws: AdminFailure.self) { try OrderReset(it).run() }
        #expect(it.steps == Self.steps[..<step] + failing.map { _ in Self.steps[step] })
        if step <= 2 {
            #expect(failure?.reason == "the sky fell; nothing was deleted")
        } else {
            #expect(
                failure?.reason.hasPrefix("the orders were deleted, but some may be shown until caches forget them: ")
                    == true)
        }
    }

    @Test("An erasure that certainly didn't happen is tried again, and the rest follows when it has")
    func again() throws {
        let it = try AdministrationUnderTest()
        for step in 2..<6 { it.failures[step] = AdminFailure(reason: "the database is busy") }
        try OrderReset(it).run()
        #expect(it.steps == ["begin", "drain"] + Array(repeating: "erase", count: 5) + ["bump", "forget", "bump"])
    }

    @Test("An erasure that may have happened is not repeated")
    func uncertain() throws {
        let it = try AdministrationUnderTest()
        it.failures[2] = AdminFailure(reason: "the server left", isUncertain: true)
        let failure = #expect(throws: AdminFailure.self) { try OrderReset(it).run() }
        #expect(failure?.reason == "it is not known whether the orders were deleted: the server left; repeat the reset")
        #expect(it.steps == ["begin", "drain", "erase", "bump"])
    }
}
