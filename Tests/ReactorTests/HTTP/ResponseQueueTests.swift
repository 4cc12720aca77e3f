import Testing

@testable import Reactor

@Suite("ResponseQueue")
struct ResponseQueueTests {
    /// Answers request after request in the order given, as a connection does, and returns what left in which order.
    private static func answer(_ order: [Int], of count: Int, from first: UInt32) -> [UInt8] {
        var queue = ResponseQueue(firstRequest: first)
        var sent: [UInt8] = []
        let numbers = (0..<count).map { _ in queue.takeRequest() }
        for index in order {
            let bytes = [UInt8(index)]
            guard queue.isNext(numbers[index]) else {
                bytes.withUnsafeBytes { queue.hold(numbers[index], $0) }
                continue
            }
            sent += bytes
            queue.sent()
            while let held = queue.popNext() {
                sent += held
                queue.sent()
            }
        }
        return queue.unanswered == 0 ? sent : []
    }

    private static func permutations(_ items: [Int]) -> [[Int]] {
        guard items.count > 1 else { return [items] }
        return items.indices.flatMap { index in
            var rest = items
            let first = rest.remove(at: index)
            return permutations(rest).map { [first] + $0 }
        }
    }

    @Test(
        "whatever order the answers come in, they leave in that of the requests, also across the end of the numbers",
        arguments: [0, 1000, .max, .max - 1, .max - 2, .max - 4] as [UInt32])
    func order(first: UInt32) {
        for order in Self.permutations([0, 1, 2, 3, 4]) {
            #expect(Self.answer(order, of: 5, from: first) == [0, 1, 2, 3, 4], "answered as \(order)")
        }
    }

    @Test("many early answers leave in one go behind the first")
    func manyEarly() {
        let order = Array((0..<200).reversed())
        #expect(Self.answer(order, of: 200, from: .max - 100) == (0..<200).map { UInt8($0) })
    }

    @Test("an answer is held until its turn, and nothing is held at the start or the end")
    func holds() {
        var queue = ResponseQueue(firstRequest: .max)
        #expect(queue.unanswered == 0 && queue.popNext() == nil)
        let (first, second) = (queue.takeRequest(), queue.takeRequest())
        #expect(first == .max && second == 0 && queue.unanswered == 2)
        #expect(queue.isNext(first) && !queue.isNext(second))
        [UInt8]("late".utf8).withUnsafeBytes { queue.hold(second, $0) }
        #expect(queue.popNext() == nil && queue.unanswered == 2)
        queue.sent()
        #expect(queue.isNext(second) && queue.popNext() == Array("late".utf8) && queue.popNext() == nil)
        queue.sent()
        #expect(queue.unanswered == 0 && queue.nextToSend == 1 && queue.nextRequest == 1)
    }

    @Test("a held answer can grow until its turn, and what it takes is counted")
    func extends() {
        var queue = ResponseQueue()
        _ = queue.takeRequest()
        let second = queue.takeRequest()
        [UInt8]("head".utf8).withUnsafeBytes { queue.hold(second, $0) }
        [UInt8](" and body".utf8).withUnsafeBytes { queue.extend(second, $0) }
        #expect(queue.heldBytes == 13)
        queue.sent()
        #expect(queue.popNext() == Array("head and body".utf8) && queue.heldBytes == 0)
    }

    @Test("an answer to a request that was answered, or never made, is a bug that stops the process")
    func onlyOnce() async {
        await #expect(processExitsWith: .failure) {
            var queue = ResponseQueue()
            _ = queue.takeRequest()
            queue.sent()
            queue.hold(0, UnsafeRawBufferPointer(start: nil, count: 0))
        }
        await #expect(processExitsWith: .failure) {
            var queue = ResponseQueue()
            queue.sent()
        }
    }
}
