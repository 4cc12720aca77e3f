import Cache
import Orders
import Queue
import Reactor

/// Shows new orders to all instances: one MSET for those of a turn, and no answer to their clients before Redis has
/// answered.
///
/// They stay until a worker has applied them, so no time is set here. Nobody knows their ids before the answer; so they
/// may be shown before they are durable, and one that isn't accepted is taken back.
///
/// It is different with an order that an earlier attempt of its request may have created: somebody may have found it in
/// the list and changed it since. So such an order is shown only where nothing is known of it (`showRepeated`).
final class NewOrders: RedisReplyHandler {
    /// What Redis was asked to show.
    private enum Shown {
        /// The new orders of the batch with this number.
        case batch(UInt64)
        /// An order that may have been shown before, in a batch.
        case repeated(UUID, batch: UInt64)
    }

    /// A batch whose orders Redis was asked to show, in one command or more.
    private struct Showing {
        /// How many answers of Redis are still to come.
        var answers: Int
        /// Once the queue has decided about the batch: what to do when Redis has answered too.
        var decided: (batch: WriteBatch, finish: (WriteBatch) -> Void)?
    }

    private let redis: RedisClient?
    private let health: LoopCacheObserver?
    private var command = RedisCommand()
    private var inFlight = InFlightTable<Shown>()
    /// Batches that Redis hasn't answered in full, by their number.
    private var showing: [UInt64: Showing] = [:]
    /// Of the orders that may have been shown before, those that this attempt shows.
    private var republished: Set<UUID> = []

    init(redis: RedisClient?, health: LoopCacheObserver?) {
        self.redis = redis
        self.health = health
    }

    func publish(_ batch: WriteBatch) {
        guard let redis, redis.isConnected, batch.writes.contains(where: { $0.kind == .createOrder }) else { return }
        var sent = publishRepeated(batch, redis)
        command.removeAll()
        command.append("MSET")
        for write in batch.writes where write.kind == .createOrder && !write.isRepeated {
            command.append(key: .pending, write.orderID)
            command.append(write.payload.of(batch.jobs.bytes))
        }
        if command.argumentCount > 1, sendBatch(batch.number, redis) { sent += 1 }
        if sent > 0 { showing[batch.number] = Showing(answers: sent) }
    }

    /// Returns how many answers are to come.
    private func publishRepeated(_ batch: WriteBatch, _ redis: RedisClient) -> Int {
        var sent = 0
        for write in batch.writes where write.isRepeated {
            command.begin(.showRepeated)
            command.append(key: .pending, write.orderID)
            command.append(key: .pendingVersion, write.orderID)
            command.append(write.payload.of(batch.jobs.bytes))
            let tag = inFlight.begin(.repeated(write.orderID, batch: batch.number))
            if redis.send(.showRepeated, command, handler: self, tag: tag) {
                sent += 1
            } else {
                _ = inFlight.take(tag)
            }
        }
        return sent
    }

    /// Sends the command; false when Redis takes none.
    private func sendBatch(_ number: UInt64, _ redis: RedisClient) -> Bool {
        let tag = inFlight.begin(.batch(number))
        if redis.send(command, handler: self, tag: tag) { return true }
        _ = inFlight.take(tag)
        return false
    }

    /// Calls `finish` now, or when Redis has answered or is given up.
    func whenPublished(_ batch: WriteBatch, _ finish: @escaping (WriteBatch) -> Void) {
        guard !showing.isEmpty, var waiting = showing[batch.number] else { return finish(batch) }
        waiting.decided = (batch, finish)
        showing[batch.number] = waiting
    }

    func takeBackRefused(of batch: WriteBatch) {
        guard let redis else { return }
        if !republished.isEmpty { takeBackRepeated(of: batch, redis) }
        guard batch.writes.contains(where: Self.isRefused) else { return }
        command.removeAll()
        command.append("DEL")
        for write in batch.writes where Self.isRefused(write) { command.append(key: .pending, write.orderID) }
        _ = redis.send(command, handler: self, tag: InFlightTag.nobody)
    }

    private static func isRefused(_ write: Write) -> Bool {
        write.kind == .createOrder && write.outcome != .accepted && !write.isRepeated
    }

    private func takeBackRepeated(of batch: WriteBatch, _ redis: RedisClient) {
        for write in batch.writes where write.isRepeated {
            guard republished.remove(write.orderID) != nil, write.outcome != .accepted else { continue }
            command.begin(.takeBack)
            command.append(key: .pending, write.orderID)
            command.append(write.payload.of(batch.jobs.bytes))
            _ = redis.send(.takeBack, command, handler: self, tag: InFlightTag.nobody)
        }
    }

    /// An error, or no answer, changes nothing for the client: the order is safe in the queue.
    func redisReplied(_ reply: borrowing RedisReply, tag: UInt64) {
        guard let shown = inFlight.take(tag) else { return }
        health?.newOrdersReplied(reply)
        switch shown {
        case .batch(let number): answered(number)
        case .repeated(let order, let number):
            if reply.kind == .integer && reply.integer == 1 { republished.insert(order) }
            answered(number)
        }
    }

    private func answered(_ number: UInt64) {
        guard var waiting = showing[number] else { preconditionFailure("more answers than commands for one batch") }
        waiting.answers -= 1
        guard waiting.answers == 0 else {
            showing[number] = waiting
            return
        }
        showing[number] = nil
        if let (batch, finish) = waiting.decided { finish(batch) }
    }
}
