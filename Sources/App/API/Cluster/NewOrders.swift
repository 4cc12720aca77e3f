import Reactor

/// Shows new orders to all instances: one MSET for those of a turn, and no answer to their clients before Redis has answered.
///
/// They stay until a worker has applied them, so no time is set here. Nobody knows their ids before the answer; so they may be
/// shown before they are durable, and one that isn't accepted is taken back.
final class NewOrders: RedisReplyHandler {
    /// No batch's number.
    private static let takenBack = UInt64.max

    private let redis: RedisClient?
    private let health: LoopCacheObserver?
    private var command = RedisCommand()
    /// By the number of their batch: what Redis hasn't answered.
    private var unanswered: Set<UInt64> = []
    /// Those of them that the queue has decided about, and what to do then.
    private var decided: [UInt64: (batch: WriteBatch, finish: (WriteBatch) -> Void)] = [:]

    init(redis: RedisClient?, health: LoopCacheObserver?) {
        self.redis = redis
        self.health = health
    }

    func show(_ batch: WriteBatch) {
        guard let redis, redis.isConnected, batch.writes.contains(where: { $0.kind == .createOrder }) else { return }
        command.removeAll()
        command.append("MSET")
        for write in batch.writes where write.kind == .createOrder {
            OrderKey.append(.pending, write.orderID, to: &command)
            command.append(write.payload.of(batch.jobs.bytes))
        }
        if redis.send(command, handler: self, tag: batch.number) { unanswered.insert(batch.number) }
    }

    /// Calls `finish` now, or when Redis has answered or is given up.
    func whenShown(_ batch: WriteBatch, _ finish: @escaping (WriteBatch) -> Void) {
        if unanswered.isEmpty || !unanswered.contains(batch.number) { return finish(batch) }
        decided[batch.number] = (batch, finish)
    }

    func takeBackRefused(of batch: WriteBatch) {
        guard let redis, batch.writes.contains(where: { $0.kind == .createOrder && $0.outcome != .accepted }) else {
            return
        }
        command.removeAll()
        command.append("DEL")
        for write in batch.writes where write.kind == .createOrder && write.outcome != .accepted {
            OrderKey.append(.pending, write.orderID, to: &command)
        }
        _ = redis.send(command, handler: self, tag: Self.takenBack)
    }

    /// An error, or no answer, changes nothing for the client: the order is safe in the queue.
    func redisReplied(_ reply: borrowing RedisReply, tag: UInt64) {
        guard tag != Self.takenBack else { return }
        health?.newOrdersReplied(reply)
        unanswered.remove(tag)
        guard !decided.isEmpty, let (batch, finish) = decided.removeValue(forKey: tag) else { return }
        finish(batch)
    }
}
