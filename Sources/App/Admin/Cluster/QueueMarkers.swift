import Cache
import Glibc
import Orders
import Queue
import Reactor

/// Jobs without effect, one for each partition of the queue: when they have been applied, so has everything in front of
/// them.
///
/// Each deletes an order that never was, which the database remembers. And Redis has a pending version of that order
/// until the worker has told the cache what became of the job, which it does in order, behind all that it applied
/// before.
struct QueueMarkers {
    fileprivate struct Marker {
        let partition: Int
        let message: UUID
        let job: UUID
        let order: UUID

        /// Above that of the order's creation.
        var version: OrderVersion { OrderVersion(ofCreation: order).next }
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

    var orders: [UUID] { markers.map(\.order) }

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

    /// Makes the markers pending, before they are published.
    func note(in redis: RedisConversation) throws(AdminFailure) {
        var command = RedisCommand()
        command.append("MSET")
        for marker in markers {
            command.append(key: .pendingVersion, marker.order)
            command.beginArgument()
            command.appendPieces { $0.append(hex: marker.version) }
            command.appendPiece("d")
            command.endArgument()
        }
        _ = try redis.ask(command)
    }

    /// A Redis that was emptied meanwhile has nothing to repair either.
    func areRepaired(in redis: RedisConversation) throws(AdminFailure) -> Bool {
        var command = RedisCommand()
        command.append("MGET")
        appendKeys(to: &command)
        return try redis.ask(command).elements.allSatisfy { element in
            if case .text(let value) = element { value.last != UInt8(ascii: "d") } else { true }
        }
    }

    /// Takes the markers away, if Redis can be reached.
    func forget(in redis: RedisConversation) {
        var command = RedisCommand()
        command.append("DEL")
        appendKeys(to: &command)
        _ = try? redis.ask(command)
    }

    private func appendKeys(to command: inout RedisCommand) {
        for marker in markers { command.append(key: .pendingVersion, marker.order) }
    }
}

extension QueueMarkers.Marker {
    fileprivate var body: [UInt8] {
        var buffer = ByteBuffer()
        JobEncoding.appendDelete(
            jobID: job, orderID: order, version: version, enqueuedAtMilliseconds: WallClock.nanoseconds() / 1_000_000,
            into: &buffer)
        // The newline separates the jobs of one message.
        return [UInt8](buffer.bytes.dropLast())
    }
}
