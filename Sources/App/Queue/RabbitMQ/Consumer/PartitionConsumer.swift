import Glibc
package import Orders
import Reactor

/// A message that was delivered and is not acknowledged yet.
package struct HeldMessage {
    var deliveryTag: UInt64
    /// When it was made, since 1970; 0 when it doesn't tell.
    var madeAtMilliseconds: UInt64
    /// Of a letter that was replayed; see ``LetterHeader/version``.
    var version: OrderVersion?
    /// The length of the body, which lies behind those of the messages before it.
    var byteCount: Int
    /// How often it was tried, this time included, as far as the broker and dead letters tell.
    var attempts: Int
}

/// What one worker holds of one partition: the channel, and the messages delivered on it with their bodies.
package final class PartitionConsumer {
    package let partition: Int
    package let queue: String
    package private(set) var channel: Int
    package private(set) var messages: [HeldMessage] = []
    private var bytes = ByteBuffer()

    package static let tag = "spillway"
    /// Memory that is kept while nothing is in hand; a backlog may have taken much more.
    private static let keptBytes = 4 << 20

    /// Each slot of a connection has two channel numbers, and uses them in turn: what was delivered on a closed channel
    /// and still waits to be read is told apart by its number.
    package init(slot: Int, partition: Int, queue: String) {
        self.partition = partition
        self.queue = queue
        channel = 2 * slot + 1
    }

    /// Subscribes on a fresh channel.
    ///
    /// - Parameter prefetch: most messages that are delivered and not acknowledged.
    package func subscribe(
        on connection: AMQPConnection, prefetch: Int, exclusive: Bool
    ) throws(AMQPError) {
        try connection.openChannel(channel)
        try connection.qos(channel, prefetch: prefetch)
        try connection.consume(channel, queue: queue, tag: Self.tag, exclusive: exclusive)
    }

    /// Gives the partition to the next consumer in line, and lines up again behind the others.
    ///
    /// By closing the channel, not by basic.cancel: a cancelled consumer keeps what was delivered to it, while the
    /// broker goes on with the next one at once, behind those messages; whatever then became of them, applied here or
    /// requeued, the order would be lost. With its channel the consumer goes in one step that puts all unacknowledged
    /// messages back to where they were before the next consumer gets anything. So what is in hand, or on its way, just
    /// has to be dropped.
    package func giveUp(on connection: AMQPConnection, prefetch: Int) throws(AMQPError) {
        try connection.closeChannel(channel)
        messages.removeAll(keepingCapacity: true)
        bytes.removeAll()
        channel += channel % 2 == 1 ? 1 : -1
        try subscribe(on: connection, prefetch: prefetch, exclusive: false)
    }

    /// Keeps a delivery; `body` is of `bodies`. Returns how many jobs it seems to hold, 1 at least.
    package func receive(_ delivery: AMQPDelivery, _ bodies: UnsafeRawBufferPointer) -> Int {
        let body = delivery.body.of(bodies)
        bytes.append(body)
        messages.append(
            HeldMessage(
                deliveryTag: delivery.deliveryTag,
                madeAtMilliseconds: delivery.messageID?.millisecondsSince1970 ?? 0,
                version: Self.version(delivery.headers), byteCount: body.count,
                attempts: Self.attempts(delivery.headers)))
        return delivery.form == .json ? 1 : Self.lines(of: body)
    }

    /// When the oldest message in hand was made, since 1970; nil when there is none, or its id doesn't tell.
    package var oldestMilliseconds: UInt64? {
        messages.first.flatMap { $0.madeAtMilliseconds > 0 ? $0.madeAtMilliseconds : nil }
    }

    /// When the oldest message was made that may come, now or again: nothing that it needs may be forgotten. What is
    /// delivered again comes in front of the rest, so it is among those in hand.
    package var oldestQueuedMilliseconds: UInt64 { messages.lazy.map(\.madeAtMilliseconds).min() ?? .max }

    /// Decodes the first `count` messages into `batch`.
    package func load(_ count: Int, into batch: inout WorkBatch) {
        batch.removeAll()
        var offset = 0
        for message in messages.prefix(count) {
            let body = UnsafeRawBufferPointer(rebasing: bytes.bytes[offset..<offset + message.byteCount])
            batch.add(body: body, offset: offset, version: message.version)
            offset += message.byteCount
        }
    }

    /// The letters of jobs that a batch from ``load(_:into:)`` can't have applied.
    package func letters(for rejected: [RejectedJob]) -> [DeadLetter] {
        WorkBatch.letters(for: rejected, in: bytes.bytes) { messages[$0].attempts }
    }

    /// Acknowledges the first `count` messages, and lets go of them.
    package func acknowledge(_ count: Int, on connection: AMQPConnection) throws(AMQPError) {
        guard count > 0 else { return }
        try connection.ack(channel, deliveryTag: messages[count - 1].deliveryTag, multiple: true)
        bytes.consume(messages.prefix(count).reduce(0) { $0 + $1.byteCount })
        messages.removeFirst(count)
        if bytes.isEmpty && bytes.allocatedBytes > Self.keptBytes { bytes.release() }
    }

    /// A quorum queue counts deliveries that came to nothing, a replayed letter what was before it.
    private static func attempts(_ headers: [AMQPField]) -> Int {
        guard !headers.isEmpty else { return 1 }
        let before = [LetterHeader.deliveryCount, LetterHeader.attempts].compactMap { headers.integer($0) }
        return Int(clamping: before.reduce(1) { $0 &+ max(0, min($1, 1 << 32)) })
    }

    private static func version(_ headers: [AMQPField]) -> OrderVersion? {
        guard !headers.isEmpty, let number = headers.integer(LetterHeader.version), number > 0, number < Int64.max
        else { return nil }
        return OrderVersion(number: UInt64(number))
    }

    private static func lines(of body: UnsafeRawBufferPointer) -> Int {
        guard let base = body.baseAddress else { return 1 }
        var (lines, start) = (0, 0)
        while start < body.count {
            lines += 1
            // start < count was just checked, so memchr stays inside. It looks at 32 bytes at a time.
            guard let newline = memchr(base + start, Int32(UInt8(ascii: "\n")), body.count - start) else { break }
            start = base.distance(to: newline) + 1
        }
        return max(1, lines)
    }
}

@available(*, unavailable)
extension PartitionConsumer: Sendable {}
