package import Reactor

/// Tells the workers what the queue holds: the newest message of each partition, and whether to stop.
///
/// One monitor for each worker, so that a commit wakes only those that have something to do.
package final class WorkBoard: Sendable {
    /// What a worker was woken for.
    package enum Call: Equatable, Sendable {
        /// The worker's partition at `index` has messages that it has not read, the newest of them `through`. Later
        /// ones may be in the queue's file already, but readers don't see them yet.
        case work(index: Int, through: Int64)
        case stop
    }

    private struct State {
        /// The newest message of each of the worker's partitions, in the order of ``WorkBoard/partitions(of:)``.
        var newest: [Int64]
        var isStopping = false
    }

    private let states: [Monitor<State>]
    private let partitionCount: Int
    /// Of each partition the newest message that is applied, shown as applied, and on its way to be acknowledged.
    private let finished: Monitor<[Int64]>

    package init(workers: Int, partitions: Int) {
        partitionCount = partitions
        finished = Monitor([Int64](repeating: 0, count: partitions))
        states = (0..<workers).map { worker in
            Monitor(State(newest: Self.partitions(of: worker, workers: workers, partitions: partitions).map { _ in 0 }))
        }
    }

    /// The partitions of one worker: each partition has exactly one, which keeps the jobs of an order in order.
    package func partitions(of worker: Int) -> [Int] {
        Self.partitions(of: worker, workers: states.count, partitions: partitionCount)
    }

    private static func partitions(of worker: Int, workers: Int, partitions: Int) -> [Int] {
        (0..<partitions).filter { $0 % workers == worker }
    }

    /// From the committer: `sequence` is now the newest message of `partition`.
    package func announce(partition: Int, sequence: Int64) {
        let monitor = states[partition % states.count]
        monitor.withLock { $0.newest[partition / states.count] = sequence }
        monitor.signal()
    }

    /// From a worker: `partition` is applied up to `sequence`, the caches know, and the acknowledgement is in the
    /// inbox.
    package func finished(partition: Int, through sequence: Int64) {
        finished.withLock { $0[partition] = sequence }
        finished.signal()
    }

    /// The partitions that have messages which are not finished, and up to where they are.
    package func waiting() -> [(partition: Int, finished: Int64)] {
        let newest = newestAnnounced()
        return finished.withLock { $0 }.enumerated().compactMap { partition, sequence in
            sequence < newest[partition] ? (partition, sequence) : nil
        }
    }

    /// The newest message of each partition.
    package func newestAnnounced() -> [Int64] {
        (0..<partitionCount).map { partition in
            states[partition % states.count].withLock { $0.newest[partition / states.count] }
        }
    }

    /// The newest message of each of the worker's partitions, in the order of ``partitions(of:)``.
    package func newest(worker: Int) -> [Int64] { states[worker].withLock { $0.newest } }

    /// Waits until the workers have finished all that `newest` names; false when they have not at `deadline`.
    package func haveFinished(_ newest: [Int64], until deadline: Deadline) -> Bool {
        finished.wait(until: deadline) { finished -> Void? in
            zip(finished, newest).allSatisfy { $0 >= $1 } ? () : nil
        } != nil
    }

    /// Tells all workers to stop after the batch that they have in hand.
    package func stop() {
        for monitor in states {
            monitor.withLock { $0.isStopping = true }
            monitor.signal()
        }
    }

    /// From a worker: waits for a partition that has more than `read`, looking at `first` first so that each gets its
    /// turn.
    package func next(worker: Int, read: [Int64], startingAt first: Int) -> Call {
        let call = states[worker].wait { state -> Call? in
            if state.isStopping { return .stop }
            for offset in 0..<read.count {
                let index = (first + offset) % read.count
                if state.newest[index] > read[index] { return .work(index: index, through: state.newest[index]) }
            }
            return nil
        }
        guard let call else { preconditionFailure("a wait without a deadline doesn't time out") }
        return call
    }

    /// From a worker that is about to wait for something else: true when it should stop instead.
    package func isStopping(worker: Int, waitingUntil deadline: Deadline) -> Bool {
        states[worker].wait(until: deadline) { $0.isStopping ? true : nil } ?? false
    }
}
