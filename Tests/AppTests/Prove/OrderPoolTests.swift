import Testing

@testable import Prove

@Suite("The orders that clients share") struct OrderPoolTests {
    @Test("One client at a time writes to an order, and anybody reads it")
    func oneWriter() {
        var pool = OrderPool(size: 2)
        pool.willCreate()
        pool.created(7)
        #expect(pool.takeForWriting(dice: 0) == 7 && pool.takeForWriting(dice: 0) == nil)
        #expect(pool.anyOrder(dice: 1) == 7)
        pool.wrote(7, isLast: false)
        #expect(pool.takeForWriting(dice: 5) == 7)
    }

    @Test("Orders under way take room, and those that nobody writes to any more are still read")
    func room() {
        var pool = OrderPool(size: 2)
        #expect(pool.anyOrder(dice: 0) == nil && pool.takeForWriting(dice: 3) == nil)
        for _ in 0..<2 { pool.willCreate() }
        #expect(!pool.hasRoom)
        pool.created(nil)
        #expect(pool.hasRoom)
        pool.created(1)
        pool.willCreate()
        pool.created(2)
        #expect(!pool.hasRoom)
        for order in [1, 2] {
            #expect(pool.takeForWriting(dice: 0) == order)
            pool.wrote(order, isLast: true)
        }
        #expect(pool.hasRoom && pool.takeForWriting(dice: 0) == nil)
        #expect(Set((0..<12).compactMap { pool.anyOrder(dice: $0) }) == [1, 2])
    }

    @Test("URLs come one after the other, but for one that stood still")
    func rotation() {
        var rotation = URLRotation(count: 3, startingAt: 0)
        func turns(_ count: Int, at now: Int) -> [Int] { (0..<count).map { _ in rotation.next(at: now) } }
        #expect(turns(4, at: 10) == [1, 2, 0, 1])
        rotation.timedOut(2, at: 10)
        #expect(turns(4, at: 11) == [0, 1, 0, 1])
        #expect(turns(1, at: 10 + URLRotation.leaveOutMilliseconds) == [2])
        for url in 0..<3 { rotation.timedOut(url, at: 9_000) }
        #expect(turns(3, at: 9_001) == [0, 1, 2])
    }
}
