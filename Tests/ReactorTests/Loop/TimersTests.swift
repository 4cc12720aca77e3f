import Testing

@testable import Reactor

@Suite("Timers")
struct TimersTests {
    private final class Nobody: TimerHandler {
        func timerFired(_ timer: TimerID) {}
    }

    private let nobody = Nobody()

    private func drain(_ timers: inout Timers, until nanoseconds: UInt64) -> [TimerID] {
        var fired: [TimerID] = []
        while let due = timers.popDue(Deadline(nanoseconds: nanoseconds), scheduledBy: timers.last) {
            fired.append(due.id)
        }
        return fired
    }

    @Test("without a timer there is nothing to wait for, to fire or to cancel")
    func none() {
        var timers = Timers()
        timers.cancel(TimerID(value: 1))
        #expect(timers.next == nil && drain(&timers, until: .max).isEmpty)
    }

    @Test("timers are due at their deadline and not a nanosecond before")
    func due() {
        var timers = Timers()
        let timer = timers.schedule(at: Deadline(nanoseconds: 10), nobody)
        #expect(timers.next == Deadline(nanoseconds: 10))
        #expect(drain(&timers, until: 9) == [])
        #expect(drain(&timers, until: 10) == [timer])
        #expect(timers.next == nil)
    }

    @Test("timers of one deadline fire in the order in which they were scheduled")
    func equalDeadlines() {
        var timers = Timers()
        let late = timers.schedule(at: Deadline(nanoseconds: 8), nobody)
        let equal = (0..<50).map { _ in timers.schedule(at: Deadline(nanoseconds: 7), nobody) }
        let early = timers.schedule(at: Deadline(nanoseconds: 6), nobody)
        #expect(drain(&timers, until: 8) == [early] + equal + [late])
    }

    @Test("any mixture of scheduling, cancelling and firing goes as a sorted list would", arguments: 0..<8)
    func model(seed: UInt64) {
        var random = SeededGenerator(state: seed)
        var timers = Timers()
        var model: [(deadline: UInt64, id: TimerID)] = []
        var now: UInt64 = 0
        for _ in 0..<1500 {
            switch Int.random(in: 0..<5, using: &random) {
            case 0...2:
                let deadline = now + UInt64.random(in: 0...40, using: &random)
                model.append((deadline, timers.schedule(at: Deadline(nanoseconds: deadline), nobody)))
            case 3:
                guard let index = model.indices.randomElement(using: &random) else { continue }
                timers.cancel(model.remove(at: index).id)
            default:
                now += UInt64.random(in: 0...20, using: &random)
                // A stable sort: equal deadlines stay as they were scheduled.
                let due = model.filter { $0.deadline <= now }.sorted {
                    $0.deadline == $1.deadline ? $0.id.value < $1.id.value : $0.deadline < $1.deadline
                }
                model.removeAll { $0.deadline <= now }
                #expect(drain(&timers, until: now) == due.map(\.id))
            }
            #expect(timers.next?.nanoseconds == model.map(\.deadline).min())
        }
    }

    @Test("cancelling twice, or after the timer has fired, does nothing to the others")
    func cancelLate() {
        var timers = Timers()
        let first = timers.schedule(at: Deadline(nanoseconds: 1), nobody)
        let second = timers.schedule(at: Deadline(nanoseconds: 2), nobody)
        let third = timers.schedule(at: Deadline(nanoseconds: 3), nobody)
        #expect(drain(&timers, until: 1) == [first])
        timers.cancel(first)
        timers.cancel(second)
        timers.cancel(second)
        #expect(drain(&timers, until: 9) == [third])
    }
}
