import Reactor
import Testing

@testable import Queue

/// Time in milliseconds from an arbitrary start; nothing here waits.
private func at(_ milliseconds: Int) -> Deadline {
    Deadline(nanoseconds: 1 << 40).advanced(byMilliseconds: milliseconds)
}

@Suite struct BatchScheduleTests {
    private func makeSchedule(
        slots: Int = 1, batch: Int = 10, lag: Int = 300, balance: Int = 1_000_000
    ) -> BatchSchedule {
        BatchSchedule(
            slots: slots,
            settings: BatchSchedule.Settings(
                jobsPerTransaction: batch, lagMilliseconds: lag, balanceMilliseconds: balance),
            now: at(0))
    }

    private func isWaiting(_ action: BatchSchedule.Action, longerThan time: Deadline) -> Bool {
        if case .wait(let until) = action { return until > time }
        return false
    }

    @Test("Without a delivery there is nothing to do but to serve the connection")
    func idle() {
        var schedule = makeSchedule()
        #expect(isWaiting(schedule.next(now: at(0)), longerThan: at(100_000)))
        #expect(isWaiting(schedule.next(now: at(50_000)), longerThan: at(100_000)))
    }

    @Test("The lag begins with the first delivery, and what comes during the lag is applied together")
    func gathers() {
        var schedule = makeSchedule()
        schedule.delivered(0, jobs: 1, now: at(1_000))
        #expect(schedule.next(now: at(1_000)) == .wait(until: at(1_300)))
        schedule.delivered(0, jobs: 2, now: at(1_200))
        schedule.delivered(0, jobs: 3, now: at(1_299))
        #expect(schedule.next(now: at(1_299)) == .wait(until: at(1_300)))
        #expect(schedule.next(now: at(1_300)) == .apply(slot: 0, messages: 3))
        schedule.applied(now: at(1_310))
        #expect(schedule.unacknowledgedJobs == 0)
        #expect(isWaiting(schedule.next(now: at(1_310)), longerThan: at(100_000)))
    }

    @Test(
        "What is delivered while a batch is applied goes into the next one, whose lag begins when the first has ended")
    func nextBatch() {
        var schedule = makeSchedule()
        schedule.delivered(0, jobs: 1, now: at(0))
        #expect(schedule.next(now: at(300)) == .apply(slot: 0, messages: 1))
        schedule.delivered(0, jobs: 1, now: at(350))
        schedule.delivered(0, jobs: 1, now: at(360))
        schedule.applied(now: at(400))
        #expect(schedule.next(now: at(400)) == .wait(until: at(700)))
        #expect(schedule.next(now: at(700)) == .apply(slot: 0, messages: 2))
    }

    @Test("The lag of a batch that waited in full while another was written has run since that one began")
    func fullBatch() {
        var schedule = makeSchedule(batch: 10)
        for _ in 0..<3 { schedule.delivered(0, jobs: 6, now: at(0)) }
        #expect(schedule.next(now: at(300)) == .apply(slot: 0, messages: 1))
        schedule.failed(now: at(310))
        #expect(schedule.next(now: at(410)) == .apply(slot: 0, messages: 1))
        schedule.applied(now: at(500))
        #expect(schedule.next(now: at(500)) == .wait(until: at(710)))
        #expect(schedule.next(now: at(710)) == .apply(slot: 0, messages: 1))
        // The third could still grow.
        schedule.applied(now: at(800))
        #expect(schedule.next(now: at(800)) == .wait(until: at(1_100)))
        // It has become full only now.
        schedule.delivered(0, jobs: 6, now: at(900))
        #expect(schedule.next(now: at(900)) == .wait(until: at(1_100)))
        #expect(schedule.next(now: at(1_100)) == .apply(slot: 0, messages: 1))
    }

    @Test("A write that takes longer than the lag lets a full batch behind it wait no longer")
    func slowDatabase() {
        var schedule = makeSchedule(batch: 1)
        for _ in 0..<3 { schedule.delivered(0, jobs: 1, now: at(0)) }
        #expect(schedule.next(now: at(300)) == .apply(slot: 0, messages: 1))
        schedule.applied(now: at(2_000))
        #expect(schedule.next(now: at(2_000)) == .apply(slot: 0, messages: 1))
    }

    @Test(
        "A transaction has no more jobs than allowed and never a part of a message, but one message in any case",
        arguments: [
            ([1, 1, 1], [3]), ([10, 1], [1, 1]), ([11, 1], [1, 1]), ([4, 4, 4, 4], [2, 2]), ([5, 5, 1], [2, 1]),
            ([1, 512, 1], [1, 1, 1]), ([0, 0, 10, 0, 1], [4, 1]),
        ])
    func limit(jobs: [Int], batches: [Int]) {
        var schedule = makeSchedule(batch: 10)
        for count in jobs { schedule.delivered(0, jobs: count, now: at(0)) }
        #expect(schedule.unacknowledgedJobs == jobs.reduce(0, +))
        var (time, seen): (Int, [Int]) = (0, [])
        while schedule.unacknowledgedJobs > 0 {
            time += 300
            guard case .apply(0, let messages) = schedule.next(now: at(time)) else { break }
            seen.append(messages)
            schedule.applied(now: at(time))
        }
        #expect(seen == batches && schedule.unacknowledgedJobs == 0)
    }

    @Test("Partitions have their turns one after the other, each with a lag of its own")
    func turns() {
        var schedule = makeSchedule(slots: 3, batch: 1)
        for slot in [2, 0, 2, 0, 2, 0] { schedule.delivered(slot, jobs: 1, now: at(0)) }
        var (time, seen): (Int, [Int]) = (0, [])
        while case .wait(let until) = schedule.next(now: at(time)), until <= at(time + 300) {
            time += 300
            guard case .apply(let slot, 1) = schedule.next(now: at(time)) else { break }
            seen.append(slot)
            schedule.applied(now: at(time))
        }
        #expect(seen == [2, 0, 2, 0, 2, 0] && time == 1_800)
    }

    @Test("A batch that failed is tried again as it was, with pauses that grow to five seconds")
    func retries() {
        var schedule = makeSchedule()
        schedule.delivered(0, jobs: 1, now: at(0))
        #expect(schedule.next(now: at(300)) == .apply(slot: 0, messages: 1))
        // Behind it, not into it: parts of it may be in the dead letters already.
        schedule.delivered(0, jobs: 1, now: at(301))
        var (time, pauses): (Int, [Int]) = (300, [])
        for expected in [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000] {
            schedule.failed(now: at(time))
            #expect(schedule.next(now: at(time)) == .wait(until: at(time + expected)))
            time += expected
            #expect(schedule.next(now: at(time)) == .apply(slot: 0, messages: 1))
            pauses.append(expected)
        }
        schedule.applied(now: at(time))
        #expect(schedule.unacknowledgedJobs == 1)
        #expect(schedule.next(now: at(time + 300)) == .apply(slot: 0, messages: 1))
        schedule.failed(now: at(time + 300))
        #expect(schedule.next(now: at(time + 300)) == .wait(until: at(time + 400)))
    }

    @Test("A stop ends the wait for deliveries, the lag and the retries")
    func stops() {
        var idle = makeSchedule()
        idle.stop()
        #expect(idle.next(now: at(0)) == .stop)
        var lagging = makeSchedule()
        lagging.delivered(0, jobs: 1, now: at(0))
        lagging.stop()
        #expect(lagging.next(now: at(300)) == .stop)
        var retrying = makeSchedule()
        retrying.delivered(0, jobs: 1, now: at(0))
        _ = retrying.next(now: at(300))
        retrying.failed(now: at(300))
        retrying.stop()
        #expect(retrying.next(now: at(10_000)) == .stop)
    }

    @Test("The balance is looked at after every interval, with the partitions that got something in it")
    func balance() {
        var schedule = makeSchedule(slots: 3, balance: 10_000)
        guard case .wait(let first) = schedule.next(now: at(0)) else {
            Issue.record("no wait")
            return
        }
        // Jittered by a fifth.
        #expect(first >= at(8_000) && first <= at(10_000))
        schedule.delivered(2, jobs: 1, now: at(0))
        schedule.delivered(1, jobs: 1, now: at(0))
        for time in [300, 600] {
            guard case .apply = schedule.next(now: at(time)) else { break }
            schedule.applied(now: at(time))
        }
        #expect(schedule.next(now: at(10_000)) == .balance(active: [1, 2]))
        schedule.balanced(released: nil, now: at(10_000))
        #expect(isWaiting(schedule.next(now: at(10_000)), longerThan: at(17_999)))
        #expect(schedule.next(now: at(20_000)) == .balance(active: []))
    }

    @Test("A backlog without any lag between its batches doesn't keep the balance from being looked at")
    func balanceInBacklog() {
        var schedule = makeSchedule(batch: 1, lag: 0, balance: 1_000)
        for _ in 0..<1_000 { schedule.delivered(0, jobs: 1, now: at(0)) }
        var looks = 0
        for time in stride(from: 0, to: 10_000, by: 10) {
            switch schedule.next(now: at(time)) {
            case .apply: schedule.applied(now: at(time))
            case .balance:
                looks += 1
                schedule.balanced(released: nil, now: at(time))
            case .wait, .stop: break
            }
        }
        #expect((8...12).contains(looks), "\(looks)")
    }

    @Test("A partition that was given up has nothing in hand, and its lag makes way for another's")
    func released() {
        var schedule = makeSchedule(slots: 2, balance: 1_000)
        schedule.delivered(0, jobs: 1, now: at(900))
        schedule.delivered(0, jobs: 1, now: at(900))
        schedule.delivered(1, jobs: 1, now: at(900))
        #expect(schedule.next(now: at(1_000)) == .balance(active: [0, 1]))
        schedule.balanced(released: 0, now: at(1_000))
        #expect(schedule.unacknowledgedJobs == 1)
        #expect(schedule.next(now: at(1_000)) == .wait(until: at(1_300)))
        #expect(schedule.next(now: at(1_300)) == .apply(slot: 1, messages: 1))
        schedule.applied(now: at(1_300))
        // It waits behind the others now, and may become active again.
        schedule.delivered(0, jobs: 1, now: at(1_400))
        #expect(schedule.next(now: at(1_700)) == .apply(slot: 0, messages: 1))
    }

    @Test("While a batch is tried again nothing is given up: what has begun must end here, or with the connection")
    func noBalanceInRetry() {
        var schedule = makeSchedule(balance: 400)
        schedule.delivered(0, jobs: 1, now: at(0))
        #expect(schedule.next(now: at(310)) == .apply(slot: 0, messages: 1))
        for time in stride(from: 310, through: 10_000, by: 10) where time > 310 {
            if case .apply = schedule.next(now: at(time)) { schedule.failed(now: at(time)) }
            if case .balance = schedule.next(now: at(time)) { Issue.record("balanced at \(time)") }
        }
    }
}
