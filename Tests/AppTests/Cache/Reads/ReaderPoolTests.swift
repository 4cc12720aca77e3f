import Glibc
import Reactor
import Testing

@testable import App
@testable import Cache
@testable import Orders

@Suite struct ReaderPoolTests {
    private func page(_ number: Int) -> ReadRequest {
        .order(testID(number), FlightID(shard: 0, slot: UInt32(number), generation: 0))
    }

    private func number(_ request: ReadRequest?) -> Int? {
        guard case .order(_, let flight) = request else { return nil }
        return Int(flight.slot)
    }

    private func taken(_ pool: ReaderPool) -> ReadRequest? {
        if case .read(let waiting) = pool.next() { waiting.request } else { nil }
    }

    @Test("Reads come out in the order in which they were asked for; too many are refused until one is taken")
    func bounded() {
        let pool = ReaderPool(capacity: 3, loops: [])
        #expect((0..<5).map { pool.submit(page($0)) } == [true, true, true, false, false])
        #expect(number(taken(pool)) == 0)
        #expect(pool.submit(page(5)) && !pool.submit(page(6)))
        #expect((0..<3).map { _ in number(taken(pool)) } == [1, 2, 5])
    }

    @Test("A pool for nothing refuses everything")
    func nothing() {
        let pool = ReaderPool(capacity: 0, loops: [])
        #expect(!pool.submit(page(0)))
        pool.close()
        #expect(taken(pool) == nil)
    }

    @Test("Who waits until a deadline is told that nobody asked")
    func deadline() {
        let pool = ReaderPool(capacity: 1, loops: [])
        guard case .idle = pool.next(until: .now()) else {
            Issue.record("neither a read nor the end was to be had")
            return
        }
        #expect(pool.submit(page(1)))
        guard case .read = pool.next(until: .now()) else {
            Issue.record("a read was waiting")
            return
        }
    }

    @Test("A closed pool gives what waits and then ends each of its threads")
    func close() {
        let pool = ReaderPool(capacity: 100, loops: [])
        let count = Monitor(0)
        let threads = (0..<4).map { index in
            Reactor.Thread(name: "reader-\(index)") {
                while case .read = pool.next() {
                    count.withLock { $0 += 1 }
                    count.signal()
                }
            }
        }
        for index in 0..<50 { #expect(pool.submit(page(index))) }
        count.wait { $0 == 50 ? () : nil }
        pool.close()
        for thread in threads { thread.join() }
        #expect(count.withLock { $0 } == 50)
    }

    @Test("An answer goes once to each loop that waits for it, with all of its tickets, and to no other")
    func tells() throws {
        let loops = try (0..<3).map { _ in try LoopMailbox() }
        let pool = ReaderPool(capacity: 1, loops: loops)
        let waiters = [(0, 7), (2, 8), (0, 9)].map { Waiter(loop: UInt16($0.0), ticket: UInt64($0.1)) }
        pool.tell(waiters, .page, [1, 2])
        func answers(_ loop: Int) -> [[UInt64]] {
            loops[loop].taken().compactMap { message in
                guard case .read(let answer) = message else { return nil }
                return answer.outcome == .page && answer.body == [1, 2] ? answer.tickets : nil
            }
        }
        #expect(answers(0) == [[7, 9]] && answers(1) == [] && answers(2) == [[8]])
        pool.tell([], .missing(since: .none), [])
        #expect(loops.allSatisfy { $0.taken().isEmpty })
    }

    @Test("The queue keeps its order, and no more memory than twice what waits, however long it is never empty")
    func memory() {
        var queue = FirstInFirstOut<Int>()
        #expect(queue.popFirst() == nil)
        for number in 0..<10 { queue.append(number) }
        for number in 10..<100_000 {
            queue.append(number)
            #expect(queue.popFirst() == number - 10)
            #expect(queue.count == 10)
            guard queue.heldCount <= 22 else {
                Issue.record("\(queue.heldCount) elements are held for 10 that wait")
                return
            }
        }
        for number in 99_990..<100_000 { #expect(queue.popFirst() == number) }
        #expect(queue.popFirst() == nil && queue.count == 0 && queue.heldCount == 0)
    }

    @Test("The queue behaves as an array does", arguments: 0..<5)
    func model(seed: UInt64) {
        var random = SplitMix(state: seed)
        var queue = FirstInFirstOut<Int>()
        var model: [Int] = []
        for number in 0..<5000 {
            if Bool.random(using: &random) {
                queue.append(number)
                model.append(number)
            } else {
                let expected = model.isEmpty ? nil : model.removeFirst()
                guard queue.popFirst() == expected, queue.count == model.count else {
                    Issue.record("step \(number)")
                    return
                }
            }
        }
    }
}
