import Glibc
import Reactor

/// Which letters an operator means.
enum LetterSelection: Equatable {
    case all
    /// The first one with this id, or with a job of this id.
    case one(UUID)
}

/// What an operator does with the letters. All of it takes letters without a consumer and without acknowledging them;
/// with the connection they go back to where they were.
extension DeadLetterQueue {
    /// Up to `limit` letters, the oldest first.
    func list(limit: Int) throws(DeadLetterQueueError) -> [BrokerLetter] {
        var letters: [BrokerLetter] = []
        try visit { (letter, _) in
            if letters.count < limit { letters.append(letter) }
            return letters.count < limit
        }
        return letters
    }

    func letter(_ id: UUID) throws(DeadLetterQueueError) -> BrokerLetter? {
        var found: BrokerLetter?
        try visit { (letter, _) in
            if letter.answers(to: id) { found = letter }
            return found == nil
        }
        return found
    }

    /// Publishes the selected letters into the partitions of their orders, and ends each letter when its message is
    /// confirmed. Returns how many that were. A letter of the broker's, which can hold many jobs, goes back as a whole to
    /// where it came from.
    func replay(_ selection: LetterSelection) throws(DeadLetterQueueError) -> Int {
        try take(selection) { (letter, channel) throws(DeadLetterQueueError) in
            let partition = letter.content.orderID?.partition(of: topology.partitions) ?? 0
            let attempts = AMQPField(name: LetterHeader.attempts, value: .integer(Int64(letter.attempts)))
            let id = letter.replayID(ids.next(nanosecondsSince1970: WallClock.nanoseconds()))
            try channel.publish(
                to: letter.origin ?? topology.queueName(partition), body: letter.body,
                MessageProperties(messageID: id, form: letter.form, headers: [attempts]))
            try channel.waitForConfirms()
        }
    }

    /// Ends the selected letters. Returns how many that were.
    func discard(_ selection: LetterSelection) throws(DeadLetterQueueError) -> Int {
        try take(selection) { (_, _) throws(DeadLetterQueueError) in }
    }

    private func take(
        _ selection: LetterSelection,
        _ action: (BrokerLetter, ConfirmedChannel) throws(DeadLetterQueueError) -> Void
    ) throws(DeadLetterQueueError) -> Int {
        var count = 0
        try visit { (letter, desk) throws(DeadLetterQueueError) in
            if case .one(let id) = selection, !letter.answers(to: id) { return true }
            try action(letter, desk.channel)
            try desk.end()
            count += 1
            return selection == .all
        }
        return count
    }

    /// What can be done with a letter that is being visited.
    private struct Desk {
        let connection: AMQPConnection
        /// To publish on.
        let channel: ConfirmedChannel
        fileprivate(set) var deliveryTag: UInt64 = 0
        /// How many letters were taken out of the queue.
        private(set) var ended = 0

        fileprivate init(connection: AMQPConnection, channel: ConfirmedChannel) {
            self.connection = connection
            self.channel = channel
        }

        /// Takes the letter out of the queue.
        mutating func end() throws(DeadLetterQueueError) {
            ended += 1
            try DeadLetterQueue.using { () throws(AMQPError) in
                try connection.ack(DeadLetterQueue.readingChannel, deliveryTag: deliveryTag, multiple: false)
            }
        }
    }

    private static var readingChannel: Int { 2 }

    /// Shows `body` the letters that there are now, one after the other, until it returns false: a job that is replayed
    /// and dies again meanwhile is not among them.
    private func visit(
        _ body: (BrokerLetter, inout Desk) throws(DeadLetterQueueError) -> Bool
    ) throws(DeadLetterQueueError) {
        try withConnection("spillway dead") { (connection) throws(DeadLetterQueueError) in
            let channel = try ConfirmedChannel(connection, channel: 1)
            guard let count = try openReadingChannel(connection) else { return }
            var desk = Desk(connection: connection, channel: channel)
            var bytes = ByteBuffer()
            for _ in 0..<count {
                bytes.removeAll()
                let delivery = try Self.using { () throws(AMQPError) in
                    try connection.get(Self.readingChannel, queue: topology.deadQueueName, bodies: &bytes)
                }
                guard let delivery else { break }
                desk.deliveryTag = delivery.deliveryTag
                guard try body(BrokerLetter(delivery, body: [UInt8](delivery.body.of(bytes.bytes))), &desk) else {
                    break
                }
            }
            try giveBack(on: connection, expecting: count - desk.ended)
        }
    }

    /// Puts the letters that were looked at where they were, and waits until they can be seen there: the broker does that
    /// in its own time, and the next command should find them. Not for long, since somebody else may have taken some.
    private func giveBack(on connection: AMQPConnection, expecting count: Int) throws(DeadLetterQueueError) {
        let deadline = Deadline.now().advanced(byMilliseconds: 1_000)
        try Self.using { () throws(AMQPError) in
            // Tag 0 stands for all.
            try connection.nack(Self.readingChannel, deliveryTag: 0, multiple: true, requeue: true)
            while try ready(connection) < count, Deadline.now() < deadline { usleep(5_000) }
        }
    }

    private func ready(_ connection: AMQPConnection) throws(AMQPError) -> Int {
        try connection.declareQueue(Self.readingChannel, topology.deadQueueName, passive: true).messages
    }

    /// Returns how many letters there are; nil when there is no such queue, because nothing was ever started here.
    private func openReadingChannel(_ connection: AMQPConnection) throws(DeadLetterQueueError) -> Int? {
        do throws(AMQPError) {
            try connection.openChannel(Self.readingChannel)
            return try ready(connection)
        } catch .channelClosed(_, 404, _) {
            return nil
        } catch {
            throw .broker(error)
        }
    }
}
