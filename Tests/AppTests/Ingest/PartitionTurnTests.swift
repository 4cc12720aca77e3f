import Reactor
import Testing

@testable import App

@Suite struct PartitionTurnTests {
    @Test("Each round gives the next partition its turn, and after the last one the first", arguments: [1, 2, 3, 256])
    func rounds(count: Int) {
        let turn = PartitionTurn(count: count, ordersInARow: 1)
        var seen: [Int] = []
        for _ in 0..<(2 * count + 1) {
            // Asking alone changes nothing.
            #expect(turn.current == turn.current)
            seen.append(turn.current)
            turn.advance()
        }
        #expect(seen == (0...(2 * count)).map { $0 % count })
    }

    @Test("Whoever looks while rounds pass sees a partition that there is, and in the end all see the last round's")
    func otherThreads() {
        let turn = PartitionTurn(count: 7, ordersInARow: 1)
        let rounds = 20_000
        let threads = (0..<3).map { number in
            Thread(name: "loop-\(number)") {
                for _ in 0..<rounds { precondition((0..<7).contains(turn.current)) }
            }
        }
        for _ in 0..<rounds { turn.advance() }
        for thread in threads { thread.join() }
        #expect(turn.current == rounds % 7)
    }
}
