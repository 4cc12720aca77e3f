import Reactor

/// Packs the jobs that wait into messages: many jobs of one partition, one a line (contract.md section 5).
///
/// Pure. Its buffers are reused from one packing to the next.
struct MessagePacker: ~Copyable {
    /// Most jobs of one message.
    let jobsPerMessage: Int
    /// Most bytes of one message; a single job may be longer.
    static let bytesPerMessage = 256 << 10

    /// What was packed last.
    private(set) var packed = OutgoingMessages()
    private var ids: UUIDv7Generator

    init(jobsPerMessage: Int, ids: consuming UUIDv7Generator) {
        self.jobsPerMessage = jobsPerMessage
        self.ids = ids
    }

    /// Replaces what was packed before with the jobs of `batches`, which keep their order within a partition.
    mutating func pack(_ batches: [WriteBatch], partitions: Int) {
        packed.removeAll()
        guard !batches.isEmpty else { return }
        let now = WallClock.nanoseconds()
        for partition in 0..<partitions {
            var start = packed.bytes.count
            var jobs = 0
            for batch in batches {
                for write in batch.writes where write.partition == partition {
                    if jobs == jobsPerMessage
                        || (jobs > 0 && packed.bytes.count - start + Int(write.line.count) > Self.bytesPerMessage)
                    {
                        seal(partition, from: start, jobs: jobs, now)
                        start = packed.bytes.count
                        jobs = 0
                    }
                    packed.bytes.append(write.line.of(batch.jobs.bytes))
                    jobs += 1
                }
            }
            if jobs > 0 { seal(partition, from: start, jobs: jobs, now) }
        }
    }

    private mutating func seal(_ partition: Int, from start: Int, jobs: Int, _ now: UInt64) {
        packed.messages.append(
            OutgoingMessage(
                id: ids.next(nanosecondsSince1970: now), partition: partition, jobs: jobs,
                body: ByteRange(start: start, count: packed.bytes.count - start)))
    }
}
