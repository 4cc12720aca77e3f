import Orders
import Reactor

/// A message on its way into the queue: up to 512 jobs of one partition, a line each.
package struct OutgoingMessage: Sendable {
    var id: UUID
    package var partition: Int
    /// How many jobs the body holds.
    package var jobs: Int
    /// The jobs, as a range of ``OutgoingMessages/bytes``.
    var body: ByteRange
    /// Whose writes the jobs are, as a range of ``OutgoingMessages/shares``.
    var shares = 0..<0
}

/// What one batch has in one message: its writes from one to another that are of the message's partition.
struct MessageShare: Equatable, Sendable {
    /// Which of the batches that were packed.
    var batch: Int
    var writes: Range<Int>
    /// How many of those writes are of the partition.
    var jobs: Int
}

/// The messages of one commit with the bytes of their bodies. Reused from commit to commit.
package struct OutgoingMessages: ~Copyable {
    var bytes = ByteBuffer()
    package var messages: [OutgoingMessage] = []
    var shares: [MessageShare] = []

    mutating func removeAll() {
        bytes.removeAll()
        shares.removeAll(keepingCapacity: true)
        messages.removeAll(keepingCapacity: true)
    }
}
