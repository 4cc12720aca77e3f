import Testing

@testable import Cache
@testable import Orders
@testable import Store

@Suite struct RepairBacklogTests {
    private func write(_ number: Int) -> AppliedWrite {
        .settled(
            SettledWrite(
                orderID: testID(number), version: OrderVersion(ofCreation: testID(number)), isShown: true))
    }

    @Test("What waits is taken in its order, some at a time, and the list's change with the last of it")
    func order() {
        var backlog = RepairBacklog(limit: 10)
        backlog.append([write(1), write(2)], listChanged: true)
        backlog.append([write(3)], listChanged: false)
        let first = backlog.take(2)
        #expect(first.writes == [write(1), write(2)] && !first.listChanged && !backlog.isEmpty)
        let second = backlog.take(2)
        #expect(second.writes == [write(3)] && second.listChanged && backlog.isEmpty)
        let third = backlog.take(2)
        #expect(third.writes.isEmpty && !third.listChanged)
    }

    @Test("A change of the list alone waits too")
    func listAlone() {
        var backlog = RepairBacklog(limit: 10)
        backlog.append([], listChanged: true)
        #expect(!backlog.isEmpty)
        let taken = backlog.take(5)
        #expect(taken.listChanged && backlog.isEmpty)
    }

    @Test("Above the limit the oldest are forgotten, and counted")
    func limit() {
        var backlog = RepairBacklog(limit: 3)
        backlog.append((1...5).map(write), listChanged: false)
        #expect(backlog.forgotten == 2)
        let taken = backlog.take(10)
        #expect(taken.writes == (3...5).map(write))
    }
}
