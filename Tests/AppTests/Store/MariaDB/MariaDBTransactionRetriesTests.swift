import Testing

@testable import Store

@Suite struct MariaDBTransactionRetriesTests {
    @Test(
        "A transaction is tried again a bounded number of times, by the kind of what went wrong",
        arguments: [
            (MariaDBError.Kind.deadlock, 8), (.duplicate, 8), (.lockTimeout, 1), (.connectionLost, 1), (.refusedRow, 0),
            (.accessDenied, 0), (.untrusted, 0), (.missingTable, 1), (.other, 0),
        ])
    func bounds(kind: MariaDBError.Kind, times: Int) {
        var retries = MariaDBTransactionRetries()
        for _ in 0..<times { #expect(retries.decide(after: kind) != .giveUp) }
        #expect(retries.decide(after: kind) == .giveUp)
        #expect(retries.decide(after: kind) == .giveUp)
    }

    @Test("One kind does not use up what another has left")
    func kinds() {
        var retries = MariaDBTransactionRetries()
        #expect(retries.decide(after: .connectionLost) == .again(afterMilliseconds: 0...0))
        #expect(retries.decide(after: .deadlock) != .giveUp)
        #expect(retries.decide(after: .connectionLost) == .giveUp)
        #expect(retries.decide(after: .lockTimeout) != .giveUp)
    }
}
