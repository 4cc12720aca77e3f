import Testing

@testable import API
@testable import Orders
@testable import Reactor

@Suite struct PendingReadsTests {
    private func update(_ number: Int, of id: UUID) -> PendingRead {
        .change(
            OrderChange(id: id, newStatus: Array("\"\(number)\"".utf8), condition: nil, token: testToken(number)))
    }

    private func read(_ number: Int) -> PendingRead {
        .order(OrderQuestion(id: testID(number), token: testToken(number)))
    }

    private func numbers(_ reads: [PendingRead]) -> [UInt32] { reads.map(\.token.sequence) }

    @Test("A number is given once, and what it stands for is taken once")
    func numbers() {
        var pending = PendingReads()
        let tickets = (0..<3).map { pending.add(read($0)) }
        #expect(Set(tickets).count == 3 && pending.count == 3)
        #expect(pending.take(tickets[1])?.token == testToken(1))
        #expect(pending.take(tickets[1]) == nil && pending.take(99) == nil && pending.count == 2)
        let next = pending.add(.list(testToken(7)))
        #expect(!tickets.contains(next))
    }

    @Test("What is found out for a write goes first for the older writes to the same order, and for no other")
    func inOrder() {
        var pending = PendingReads()
        let (order, other) = (testID(1), testID(2))
        _ = pending.add(update(0, of: order))
        _ = pending.add(update(1, of: other))
        _ = pending.add(read(2))
        _ = pending.add(.change(OrderChange(id: order, newStatus: nil, condition: nil, token: testToken(3))))
        let ticket = pending.add(update(4, of: order))
        _ = pending.add(update(5, of: order))
        #expect(numbers(pending.takeInOrder(ticket)) == [0, 3, 4])
        #expect(pending.takeInOrder(ticket).isEmpty && pending.count == 3)
        #expect(numbers(pending.takeWrites(to: order)) == [5])
        #expect(pending.takeWrites(to: order).isEmpty)
        #expect(numbers(pending.takeWrites(to: other)) == [1] && pending.count == 1)
    }

    @Test("A read goes alone, also where writes to the order wait")
    func readsAlone() {
        var pending = PendingReads()
        let write = pending.add(update(0, of: testID(1)))
        let read = pending.add(read(1))
        #expect(numbers(pending.takeInOrder(read)) == [1])
        #expect(numbers(pending.takeInOrder(write)) == [0] && pending.count == 0)
    }

    @Test("A write that was taken by its number is not taken again with its order's")
    func takenBefore() {
        var pending = PendingReads()
        let first = pending.add(update(0, of: testID(1)))
        let second = pending.add(update(1, of: testID(1)))
        #expect(pending.take(first)?.token == testToken(0))
        #expect(numbers(pending.takeInOrder(second)) == [1])
        #expect(pending.takeWrites(to: testID(1)).isEmpty)
    }
}
