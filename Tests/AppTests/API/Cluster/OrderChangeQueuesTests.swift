import Reactor
import Testing

@testable import API
@testable import Orders

@Suite struct OrderChangeQueuesTests {
    private func change(_ number: Int, of id: UUID = testID(1)) -> OrderChange {
        OrderChange(id: id, newStatus: nil, condition: nil, token: testToken(number))
    }

    private func added(_ change: OrderChange, to queues: inout OrderChangeQueues) -> Bool {
        queues.add(change, deadline: .never)
    }

    @Test("Of one order's changes one is under way, and the others follow in the order in which they came")
    func order() {
        var queues = OrderChangeQueues()
        let isFirst = added(change(1), to: &queues)
        #expect(isFirst)
        let isSecond = added(change(2), to: &queues)
        let isThird = added(change(3), to: &queues)
        #expect(!isSecond && !isThird)
        // Another order's is not held up.
        let isAlone = added(change(4, of: testID(2)), to: &queues)
        #expect(isAlone)
        #expect(queues.current(of: testID(1))?.change.token == testToken(1))
        for number in 2...3 {
            let goesOn = queues.end(testID(1))
            #expect(goesOn)
            #expect(queues.current(of: testID(1))?.change.token == testToken(number))
        }
        let isLast = !queues.end(testID(1))
        #expect(isLast)
        #expect(queues.current(of: testID(1)) == nil && queues.current(of: testID(2)) != nil)
    }

    @Test("A turn begins with its own deadline, and without the lock of the one before and what Redis told it")
    func freshTurn() throws {
        var queues = OrderChangeQueues()
        let later = Deadline(nanoseconds: 9)
        _ = queues.add(change(1), deadline: .never)
        _ = queues.add(change(2), deadline: later)
        queues.setLock(7, of: testID(1))
        let base = PendingBase(
            order: [1], status: ByteRange(start: 0, count: 1), version: OrderVersion(number: 5), isDeleting: false)
        queues.locked(testID(1), atMicroseconds: 3, base, known: OrderVersion(number: 6))
        queues.move(testID(1), to: .reading)
        let first = try #require(queues.current(of: testID(1)))
        #expect(first.lock == 7 && first.lockedAtMicroseconds == 3 && first.pending == base && first.step == .reading)
        #expect(first.known == OrderVersion(number: 6) && first.deadline == .never)
        let goesOn = queues.end(testID(1))
        #expect(goesOn)
        let second = try #require(queues.current(of: testID(1)))
        #expect(second.lock == 0 && second.lockedAtMicroseconds == nil && second.pending == nil)
        #expect(second.known == .none && second.step == .locking && second.deadline == later)
    }

    enum End: CaseIterable {
        case locking, reading, queued, finishing
    }

    @Test(
        "What counts as waiting is what the queue doesn't have yet, whichever step a change ends in",
        arguments: End.allCases)
    func waiting(end: End) {
        var queues = OrderChangeQueues()
        for number in 0..<3 { _ = added(change(number), to: &queues) }
        #expect(queues.waitingCount == 3)
        if end != .locking { queues.move(testID(1), to: .reading) }
        #expect(queues.waitingCount == 3)
        if end == .queued || end == .finishing {
            queues.move(testID(1), to: .queued(testID(9)))
            #expect(queues.waitingCount == 2)
        }
        if end == .finishing { queues.move(testID(1), to: .finishing) }
        for left in [2, 1] {
            let goesOn = queues.end(testID(1))
            #expect(goesOn && queues.waitingCount == left)
        }
        let goesOn = queues.end(testID(1))
        #expect(!goesOn && queues.waitingCount == 0)
    }
}
