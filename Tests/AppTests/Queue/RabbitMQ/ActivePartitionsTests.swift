import Reactor
import Testing

@testable import Queue

private func at(_ milliseconds: Int) -> Deadline {
    Deadline(nanoseconds: 1 << 40).advanced(byMilliseconds: milliseconds)
}

@Suite struct ActivePartitionsTests {
    @Test("A process gives up what is beyond its share, one at a time, and then nothing more")
    func share() {
        let partitions = ActivePartitions(total: 4, pauseMilliseconds: 10)
        for partition in 0..<4 { partitions.note([partition], of: [partition]) }
        #expect(partitions.isWorthAsking)
        #expect(partitions.release(0, instances: 2, now: at(0)))
        #expect(!partitions.release(1, instances: 2, now: at(9)))
        #expect(partitions.release(1, instances: 2, now: at(10)))
        #expect(!partitions.release(2, instances: 2, now: at(20)) && !partitions.release(3, instances: 2, now: at(30)))
    }

    @Test(
        "The share is rounded up, so that the partitions come to rest",
        arguments: [(1, 4), (2, 2), (3, 2), (4, 1), (9, 1), (0, 4)])
    func rounding(instances: Int, kept: Int) {
        let partitions = ActivePartitions(total: 4, pauseMilliseconds: 0)
        partitions.note([0, 1, 2, 3], of: [0, 1, 2, 3])
        let released = (0..<4).filter { partitions.release($0, instances: instances, now: at($0)) }
        #expect(released.count == 4 - kept)
    }

    @Test("What delivers nothing doesn't count, and is not given up")
    func inactive() {
        let partitions = ActivePartitions(total: 4, pauseMilliseconds: 0)
        partitions.note([0, 2], of: [0, 2])
        partitions.note([1], of: [1, 3])
        #expect(!partitions.release(3, instances: 4, now: at(0)))
        // Taken over by another instance meanwhile.
        partitions.note([], of: [0, 2])
        #expect(!partitions.isWorthAsking && !partitions.release(1, instances: 4, now: at(0)))
    }
}
