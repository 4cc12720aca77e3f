import Testing

@testable import App

@Suite struct ShutdownPlanTests {
    private func plan(grace: Int, notice: Int = 2_000, isInteractive: Bool = false) -> ShutdownPlan {
        ShutdownPlan(graceMilliseconds: grace, noticeMilliseconds: notice, isInteractive: isInteractive)
    }

    @Test("By default balancers have two seconds, clients twenty, and the threads the rest")
    func defaults() {
        let plan = plan(grace: 25_000)
        #expect(plan.noticeMilliseconds == 2_000 && plan.refusalMilliseconds == 22_000)
        #expect(plan.cutMilliseconds == 22_750 && plan.exitMilliseconds == 24_800)
    }

    @Test("Nobody waits for a balancer at a terminal, or where that is turned off")
    func notice() {
        #expect(plan(grace: 25_000, isInteractive: true).noticeMilliseconds == 0)
        #expect(plan(grace: 25_000, notice: 0).noticeMilliseconds == 0)
    }

    @Test(
        "Whatever the grace period, the steps follow each other within it",
        arguments: [0, 1, 100, 1_000, 5_000, 3_600_000])
    func order(grace: Int) {
        for notice in [0, 1, 2_000, 3_600_000] {
            let plan = plan(grace: grace, notice: notice)
            let steps = [
                0, plan.noticeMilliseconds, plan.refusalMilliseconds, plan.cutMilliseconds, plan.exitMilliseconds,
                grace,
            ]
            #expect(steps == steps.sorted(), "\(plan)")
            #expect(plan.noticeMilliseconds <= notice)
        }
    }
}
