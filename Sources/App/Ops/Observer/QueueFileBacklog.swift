import Metrics
import Orders
import Queue
import Reactor

/// The backlog of the embedded queue, as the observer finds it. Used by its thread alone.
final class QueueFileBacklog {
    private let board: WorkBoard
    private let commits: CommitMetrics
    private let queue: EmbeddedQueueReader

    init(board: WorkBoard, commits: CommitMetrics, queue: EmbeddedQueueReader) {
        self.board = board
        self.commits = commits
        self.queue = queue
    }

    func read() -> MetricsSnapshot.Backlog {
        let waiting = board.waiting()
        return MetricsSnapshot.Backlog(
            jobs: commits.backlog(isIdle: waiting.isEmpty), oldestMilliseconds: age(of: waiting))
    }

    /// By the ids of the oldest messages; a file that can't be read is reported by those who need it.
    private func age(of waiting: [(partition: Int, finished: Int64)]) -> UInt64? {
        let now = WallClock.nanoseconds() / 1_000_000
        let oldest = waiting.compactMap { partition, finished -> UInt64? in
            (try? queue.oldestMessage(partition: partition, after: finished))?.millisecondsSince1970
        }.min()
        return oldest.map { now - min(now, $0) }
    }
}

@available(*, unavailable)
extension QueueFileBacklog: Sendable {}
