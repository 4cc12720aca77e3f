import Cache
import Glibc
import Orders
import Queue
import Reactor
import Store

/// Jobs without effect, one for each partition of the queue: when they have been applied, so has everything in front of
/// them.
///
/// Each deletes an order that never was, under a message of its own. The database remembers the message; and Redis has
/// its order among the pending ones until the worker has told the cache what became of the job, which it does in order,
/// behind all that it applied before.
struct QueueMarkers {
    fileprivate struct Marker {
        let partition: Int
        let message: UUID
        let job: UUID
        let order: UUID
    }

    private let markers: [Marker]

    init(partitions: Int, ids: inout UUIDv7Generator) {
        let now = WallClock.nanoseconds()
        var markers: [Marker] = []
        for partition in 0..<partitions {
            markers.append(
                Marker(
                    partition: partition, message: ids.next(nanosecondsSince1970: now),
                    job: ids.next(nanosecondsSince1970: now), order: ids.next(nanosecondsSince1970: now)))
        }
        self.markers = markers
    }

    var messages: [QueuedMessage] { markers.map { QueuedMessage(partition: $0.partition, id: $0.message) } }

    // MARK: The queue

    /// Returns when the broker has confirmed all of them.
    func publish(to broker: Broker) throws(BrokerError) {
        try broker.withSession("spillway admin") { (session) throws(BrokerError) in
            try session.declareQueues()
            for marker in markers {
                try session.publish(
                    to: broker.topology.queueName(marker.partition), body: marker.body,
                    MessageProperties(messageID: marker.message, form: .json))
            }
            try session.waitForConfirms()
        }
    }

    // MARK: Redis

    /// Makes the markers' orders pending, before the markers are published.
    func note(in redis: RedisConversation) throws(AdminFailure) {
        var command = RedisCommand()
        command.append("HSET")
        command.append(key: .marks)
        for marker in markers {
            command.append(uuid: marker.order)
            command.beginArgument()
            command.appendPiece("d")
            command.appendPiece(marker.job)
            command.endArgument()
        }
        _ = try redis.ask(command)
    }

    /// A Redis that was emptied meanwhile has nothing to repair either.
    func areRepaired(in redis: RedisConversation) throws(AdminFailure) -> Bool {
        var command = RedisCommand()
        command.append("HMGET")
        appendOrders(to: &command)
        return try redis.ask(command).elements.allSatisfy { $0 == .null }
    }

    /// Takes the markers' orders away, if Redis can be reached. Markers that are still in the queue do it when they are
    /// applied.
    func forget(in redis: RedisConversation) {
        var command = RedisCommand()
        command.append("HDEL")
        appendOrders(to: &command)
        _ = try? redis.ask(command)
    }

    private func appendOrders(to command: inout RedisCommand) {
        command.append(key: .marks)
        for marker in markers { command.append(uuid: marker.order) }
    }
}

extension QueueMarkers.Marker {
    fileprivate var body: [UInt8] {
        var buffer = ByteBuffer()
        JobEncoding.appendDelete(
            jobID: job, orderID: order, enqueuedAtMilliseconds: WallClock.nanoseconds() / 1_000_000, into: &buffer)
        // The newline separates the jobs of one message.
        return [UInt8](buffer.bytes.dropLast())
    }
}
