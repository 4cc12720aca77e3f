import Reactor
import Testing

@testable import API

@Suite struct OrderChangeQueuesTests {
    private func change(_ number: Int) -> OrderChange {
        OrderChange(kind: .delete, token: testToken(number), deadline: .never)
    }

    @Test("Of one order's changes one is under way, and the others follow in the order in which they came")
    func order() {
        var queues = OrderChangeQueues()
        let isFirst = queues.add(testID(1), change(1))
        #expect(isFirst)
        let isSecond = queues.add(testID(1), change(2))
        let isThird = queues.add(testID(1), change(3))
        #expect(!isSecond && !isThird)
        // Another order's is not held up.
        let isAlone = queues.add(testID(2), change(4))
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

    @Test("A turn begins without the lock of the one before")
    func freshTurn() {
        var queues = OrderChangeQueues()
        _ = queues.add(testID(1), change(1))
        _ = queues.add(testID(1), change(2))
        queues.setLock(7, of: testID(1))
        queues.move(testID(1), to: .queued(testID(9)))
        #expect(queues.current(of: testID(1))?.lock == 7)
        let goesOn = queues.end(testID(1))
        #expect(goesOn)
        #expect(queues.current(of: testID(1))?.lock == 0 && queues.current(of: testID(1))?.step == .locking)
    }

    @Test("What counts as waiting is what the queue doesn't have yet", arguments: [false, true])
    func waiting(isQueued: Bool) {
        var queues = OrderChangeQueues()
        for number in 0..<3 { _ = queues.add(testID(1), change(number)) }
        #expect(queues.waitingCount == 3)
        if isQueued {
            queues.move(testID(1), to: .queued(testID(9)))
            #expect(queues.waitingCount == 2)
            queues.move(testID(1), to: .finishing)
        }
        while queues.end(testID(1)) {}
        #expect(queues.waitingCount == 0)
    }
}
