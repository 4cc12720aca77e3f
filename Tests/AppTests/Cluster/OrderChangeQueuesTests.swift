import Reactor
import Testing

@testable import App

@Suite struct OrderChangeQueuesTests {
    private func change(_ number: Int) -> OrderChange {
        OrderChange(kind: .delete, token: testToken(number), deadline: .never)
    }

    @Test("Of one order's changes one is under way, and the others follow in the order in which they came")
    func order() {
        var turns = OrderChangeQueues()
        let isFirst = turns.add(testID(1), change(1))
        #expect(isFirst)
        let isSecond = turns.add(testID(1), change(2))
        let isThird = turns.add(testID(1), change(3))
        #expect(!isSecond && !isThird)
        // Another order's is not held up.
        let isAlone = turns.add(testID(2), change(4))
        #expect(isAlone)
        #expect(turns.turn(of: testID(1))?.change.token == testToken(1))
        for number in 2...3 {
            let goesOn = turns.end(testID(1))
            #expect(goesOn)
            #expect(turns.turn(of: testID(1))?.change.token == testToken(number))
        }
        let isLast = !turns.end(testID(1))
        #expect(isLast)
        #expect(turns.turn(of: testID(1)) == nil && turns.turn(of: testID(2)) != nil)
    }

    @Test("A turn begins without the lock of the one before")
    func freshTurn() {
        var turns = OrderChangeQueues()
        _ = turns.add(testID(1), change(1))
        _ = turns.add(testID(1), change(2))
        turns.setLock(7, of: testID(1))
        turns.move(testID(1), to: .queued(testID(9)))
        #expect(turns.turn(of: testID(1))?.lock == 7)
        let goesOn = turns.end(testID(1))
        #expect(goesOn)
        #expect(turns.turn(of: testID(1))?.lock == 0 && turns.turn(of: testID(1))?.step == .locking)
    }

    @Test("What counts as waiting is what the queue doesn't have yet", arguments: [false, true])
    func waiting(isQueued: Bool) {
        var turns = OrderChangeQueues()
        for number in 0..<3 { _ = turns.add(testID(1), change(number)) }
        #expect(turns.waitingCount == 3)
        if isQueued {
            turns.move(testID(1), to: .queued(testID(9)))
            #expect(turns.waitingCount == 2)
            turns.move(testID(1), to: .finishing)
        }
        while turns.end(testID(1)) {}
        #expect(turns.waitingCount == 0)
    }
}
