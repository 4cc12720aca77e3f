package import Orders
package import Reactor

/// A message that waits in the queue.
package struct FetchedMessage: Sendable, Equatable {
    /// Its place in the queue: rising, never used twice; messages of other partitions lie between.
    package var sequence: Int64
    package var id: UUID
    /// How many jobs the body holds.
    package var jobs: Int
    /// The jobs, as a range of ``FetchedMessages/bytes``.
    package var body: ByteRange
}

/// Messages of one partition, in the order in which they were queued. Reused from fetch to fetch.
package struct FetchedMessages: ~Copyable {
    /// ``ByteBuffer/slack`` bytes may be read behind every body.
    package var bytes = ByteBuffer()
    package var messages: [FetchedMessage] = []
    /// More waited than might be taken at once.
    package var isCutShort = false

    package init() {}

    package mutating func removeAll() {
        bytes.removeAll()
        messages.removeAll(keepingCapacity: true)
        isCutShort = false
    }
}
