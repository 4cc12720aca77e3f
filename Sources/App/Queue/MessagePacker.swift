package import Orders
import Reactor

/// Packs the jobs that wait into messages: many jobs of one partition, one a line (docs/contract.md section 5).
///
/// Pure. Its buffers are reused from one packing to the next.
package struct MessagePacker: ~Copyable {
    /// Most jobs of one message.
    package let jobsPerMessage: Int
    /// Most bytes of one message; a single job may be longer.
    static let bytesPerMessage = 256 << 10

    /// What was packed last.
    package private(set) var packed = OutgoingMessages()
    private var ids: UUIDv7Generator

    package init(jobsPerMessage: Int, ids: consuming UUIDv7Generator) {
        self.jobsPerMessage = jobsPerMessage
        self.ids = ids
    }

    /// Replaces what was packed before with the jobs of `batches`, which keep their order within a partition.
    package mutating func pack(_ batches: [WriteBatch], partitions: Int) {
        packed.removeAll()
        guard !batches.isEmpty else { return }
        let now = WallClock.nanoseconds()
        for partition in 0..<partitions {
            var open = OpenMessage(start: packed.bytes.count, firstShare: packed.shares.count)
            for (index, batch) in batches.enumerated() {
                open.begin(batch: index)
                for (number, write) in batch.writes.enumerated() where write.partition == partition {
                    if open.jobs == jobsPerMessage
                        || (open.jobs > 0
                            && packed.bytes.count - open.start + Int(write.line.count) > Self.bytesPerMessage)
                    {
                        endShare(&open, at: number)
                        seal(partition, open, now)
                        open = OpenMessage(start: packed.bytes.count, firstShare: packed.shares.count)
                        open.begin(batch: index, at: number)
                    }
                    packed.bytes.append(write.line.of(batch.jobs.bytes))
                    open.jobs += 1
                    open.share.jobs += 1
                }
                endShare(&open, at: batch.writes.count)
            }
            if open.jobs > 0 { seal(partition, open, now) }
        }
    }

    /// The message that is being filled.
    private struct OpenMessage {
        /// Where its body and its shares begin.
        let start: Int
        let firstShare: Int
        var jobs = 0
        /// That of the batch that is being read.
        var share = MessageShare(batch: 0, writes: 0..<0, jobs: 0)

        init(start: Int, firstShare: Int) {
            self.start = start
            self.firstShare = firstShare
        }

        mutating func begin(batch: Int, at write: Int = 0) {
            share = MessageShare(batch: batch, writes: write..<write, jobs: 0)
        }
    }

    private mutating func endShare(_ open: inout OpenMessage, at write: Int) {
        guard open.share.jobs > 0 else { return }
        open.share.writes = open.share.writes.lowerBound..<write
        packed.shares.append(open.share)
    }

    private mutating func seal(_ partition: Int, _ open: OpenMessage, _ now: UInt64) {
        packed.messages.append(
            OutgoingMessage(
                id: ids.next(nanosecondsSince1970: now), partition: partition, jobs: open.jobs,
                body: ByteRange(start: open.start, count: packed.bytes.count - open.start),
                shares: open.firstShare..<packed.shares.count))
    }
}
