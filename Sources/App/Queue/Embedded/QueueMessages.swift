import Reactor

/// A message on its way into the queue: up to 512 jobs of one partition, a line each.
struct OutgoingMessage: Sendable {
    var id: UUID
    var partition: Int
    /// How many jobs the body holds.
    var jobs: Int
    /// Of ``OutgoingMessages/bytes``.
    var body: ByteRange
    /// Whose writes these are: within ``OutgoingMessages/shares``.
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
struct OutgoingMessages: ~Copyable {
    var bytes = ByteBuffer()
    var messages: [OutgoingMessage] = []
    var shares: [MessageShare] = []

    mutating func removeAll() {
        bytes.removeAll()
        shares.removeAll(keepingCapacity: true)
        messages.removeAll(keepingCapacity: true)
    }
}

/// A message that waits in the queue.
struct FetchedMessage: Sendable, Equatable {
    /// Its place in the queue: rising, never used twice; messages of other partitions lie between.
    var sequence: Int64
    var id: UUID
    /// How many jobs the body holds.
    var jobs: Int
    /// Of ``FetchedMessages/bytes``.
    var body: ByteRange
}

/// Messages of one partition, in the order in which they were queued. Reused from fetch to fetch.
struct FetchedMessages: ~Copyable {
    /// ``ByteBuffer/slack`` bytes may be read behind every body.
    var bytes = ByteBuffer()
    var messages: [FetchedMessage] = []
    /// More waited than might be taken at once.
    var isCutShort = false

    mutating func removeAll() {
        bytes.removeAll()
        messages.removeAll(keepingCapacity: true)
        isCutShort = false
    }
}

/// All messages of a partition up to one, that one included, are done with.
struct QueueAcknowledgement: Sendable, Equatable {
    var partition: Int
    var throughSequence: Int64
}
