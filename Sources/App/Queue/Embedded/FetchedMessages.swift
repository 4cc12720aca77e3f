import Reactor

/// A message that waits in the queue.
struct FetchedMessage: Sendable, Equatable {
    /// Its place in the queue: rising, never used twice; messages of other partitions lie between.
    var sequence: Int64
    var id: UUID
    /// How many jobs the body holds.
    var jobs: Int
    /// The jobs, as a range of ``FetchedMessages/bytes``.
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
