import Glibc
import Reactor
import Testing

@testable import Queue

@Suite struct WorkBoardTests {
    @Test("Each partition has exactly one worker, and workers have partitions as evenly as can be", arguments: 1...9)
    func assignment(workers: Int) {
        for partitions in 1...17 {
            let board = WorkBoard(workers: workers, partitions: partitions)
            let assigned = (0..<workers).map { board.partitions(of: $0) }
            #expect(assigned.flatMap { $0 }.sorted() == Array(0..<partitions))
            let sizes = assigned.map(\.count)
            #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
        }
    }

    @Test("An announcement reaches the worker of its partition, at the place that the partition has there")
    func announcement() {
        for (workers, partitions) in [(1, 1), (1, 4), (3, 4), (4, 4), (4, 10), (7, 16)] {
            let board = WorkBoard(workers: workers, partitions: partitions)
            for partition in 0..<partitions { board.announce(partition: partition, sequence: Int64(partition) + 100) }
            for worker in 0..<workers {
                let own = board.partitions(of: worker)
                for (index, partition) in own.enumerated() {
                    var read = own.map { _ in Int64.max }
                    read[index] = Int64(partition) + 99
                    let call = board.next(worker: worker, read: read, startingAt: 0)
                    #expect(call == .work(index: index, through: Int64(partition) + 100))
                }
            }
        }
    }

    @Test("Partitions with work get their turns one after the other, those without are passed over")
    func fairness() {
        let board = WorkBoard(workers: 1, partitions: 4)
        for partition in [0, 1, 3] { board.announce(partition: partition, sequence: 1000) }
        var (turn, calls): (Int, [Int]) = (0, [])
        for _ in 0..<7 {
            // None ever gets done: each could be called for ever.
            guard case .work(let index, _) = board.next(worker: 0, read: [0, 0, 0, 0], startingAt: turn) else { break }
            calls.append(index)
            turn = index + 1
        }
        #expect(calls == [0, 1, 3, 0, 1, 3, 0])
    }

    @Test("A worker waits until there is more than it has read, and is woken for it")
    func waits() {
        let board = WorkBoard(workers: 2, partitions: 2)
        board.announce(partition: 0, sequence: 5)
        let calls = Monitor<[WorkBoard.Call]>([])
        let worker = Reactor.Thread(name: "worker") {
            var read: Int64 = 5
            var call = WorkBoard.Call.work(index: 0, through: 0)
            while call != .stop {
                let next = board.next(worker: 0, read: [read], startingAt: 0)
                if case .work(_, let through) = next { read = through }
                call = next
                calls.withLock { $0.append(next) }
                calls.signal()
            }
        }
        // Another worker's partition, and what was read already.
        board.announce(partition: 1, sequence: 9)
        board.announce(partition: 0, sequence: 5)
        board.announce(partition: 0, sequence: 6)
        calls.wait { $0 == [.work(index: 0, through: 6)] ? () : nil }
        board.announce(partition: 0, sequence: 8)
        calls.wait { $0.last == .work(index: 0, through: 8) ? () : nil }
        board.stop()
        worker.join()
        #expect(calls.withLock { $0 } == [.work(index: 0, through: 6), .work(index: 0, through: 8), .stop])
    }

    @Test("A stop comes before all work, and reaches a worker that has no partition at all")
    func stop() {
        let board = WorkBoard(workers: 3, partitions: 2)
        board.announce(partition: 0, sequence: 1)
        let idle = Reactor.Thread(name: "worker") { _ = board.next(worker: 2, read: [], startingAt: 0) }
        board.stop()
        idle.join()
        for worker in 0..<3 {
            let read = board.partitions(of: worker).map { _ in Int64(0) }
            #expect(board.next(worker: worker, read: read, startingAt: 0) == .stop)
        }
    }

    @Test("Waiting for something else lasts until its deadline, or until the stop")
    func waitsForStop() {
        let board = WorkBoard(workers: 1, partitions: 1)
        let end = Deadline.now().advanced(byMilliseconds: 15)
        // Work is no reason to end such a wait.
        board.announce(partition: 0, sequence: 1)
        #expect(!board.isStopping(worker: 0, waitingUntil: end) && Deadline.now() >= end)
        #expect(!board.isStopping(worker: 0, waitingUntil: Deadline(nanoseconds: 0)))
        let result = Monitor<Bool?>(nil)
        let waiting = Reactor.Thread(name: "worker") {
            let isStopping = board.isStopping(worker: 0, waitingUntil: .never)
            result.withLock { $0 = isStopping }
        }
        board.stop()
        waiting.join()
        #expect(result.withLock { $0 } == true)
        #expect(board.isStopping(worker: 0, waitingUntil: Deadline(nanoseconds: 0)))
    }

    @Test("All is finished when the workers have come as far as was announced when somebody asked")
    func finished() {
        let board = WorkBoard(workers: 2, partitions: 3)
        #expect(board.haveFinished(board.newestAnnounced(), until: .now()))
        for partition in 0..<3 { board.announce(partition: partition, sequence: Int64(10 + partition)) }
        let newest = board.newestAnnounced()
        #expect(newest == [10, 11, 12])
        board.announce(partition: 0, sequence: 20)
        board.finished(partition: 2, through: 12)
        board.finished(partition: 1, through: 15)
        board.finished(partition: 0, through: 9)
        #expect(!board.haveFinished(newest, until: .now().advanced(byMilliseconds: 5)))
        let worker = Reactor.Thread(name: "worker") { board.finished(partition: 0, through: 10) }
        #expect(board.haveFinished(newest, until: .never))
        worker.join()
    }
}
