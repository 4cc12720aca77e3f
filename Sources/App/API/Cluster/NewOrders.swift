import Reactor

/// Shows new orders to all instances: one MSET for those of a turn, and no answer to their clients before Redis has answered.
///
/// They stay until a worker has applied them, so no time is set here. Nobody knows their ids before the answer; so they may be
/// shown before they are durable, and one that isn't accepted is taken back.
///
/// It is different with an order that an earlier attempt of its request may have created: somebody may have found it in the
/// list and changed it since. So such an order is shown only where nothing is shown of it.
final class NewOrders: RedisReplyHandler {
    /// No batch's number.
    private static let takenBack = UInt64.max
    /// Tags from here on are those of ``repeats``; no batch's number is that high.
    private static let firstRepeat: UInt64 = 1 << 63

    private let redis: RedisClient?
    private let health: LoopCacheObserver?
    private var command = RedisCommand()
    /// By the number of their batch: how many answers of Redis are still to come.
    private var unanswered: [UInt64: Int] = [:]
    /// Those of them that the queue has decided about, and what to do then.
    private var decided: [UInt64: (batch: WriteBatch, finish: (WriteBatch) -> Void)] = [:]
    /// Orders that may have been shown before, by their tag.
    private var repeats: [UInt64: (batch: UInt64, order: UUID)] = [:]
    private var lastRepeat = NewOrders.firstRepeat
    /// Of those, what is shown by this attempt.
    private var shownAgain: Set<UUID> = []

    init(redis: RedisClient?, health: LoopCacheObserver?) {
        self.redis = redis
        self.health = health
    }

    func show(_ batch: WriteBatch) {
        guard let redis, redis.isConnected, batch.writes.contains(where: { $0.kind == .createOrder }) else { return }
        var sent = showRepeated(batch, redis)
        command.removeAll()
        command.append("MSET")
        for write in batch.writes where write.kind == .createOrder && !write.isRepeated {
            OrderKey.append(.pending, write.orderID, to: &command)
            command.append(write.payload.of(batch.jobs.bytes))
        }
        if command.argumentCount > 1, redis.send(command, handler: self, tag: batch.number) { sent += 1 }
        if sent > 0 { unanswered[batch.number] = sent }
    }

    /// Returns how many answers are to come.
    private func showRepeated(_ batch: WriteBatch, _ redis: RedisClient) -> Int {
        var sent = 0
        for write in batch.writes where write.isRepeated {
            command.removeAll()
            command.append("SET")
            OrderKey.append(.pending, write.orderID, to: &command)
            command.append(write.payload.of(batch.jobs.bytes))
            command.append("NX")
            lastRepeat += 1
            guard redis.send(command, handler: self, tag: lastRepeat) else { continue }
            repeats[lastRepeat] = (batch.number, write.orderID)
            sent += 1
        }
        return sent
    }

    /// Calls `finish` now, or when Redis has answered or is given up.
    func whenShown(_ batch: WriteBatch, _ finish: @escaping (WriteBatch) -> Void) {
        if unanswered.isEmpty || unanswered[batch.number] == nil { return finish(batch) }
        decided[batch.number] = (batch, finish)
    }

    func takeBackRefused(of batch: WriteBatch) {
        guard let redis else { return }
        if !shownAgain.isEmpty { takeBackRepeated(of: batch, redis) }
        guard batch.writes.contains(where: Self.isRefused) else { return }
        command.removeAll()
        command.append("DEL")
        for write in batch.writes where Self.isRefused(write) { OrderKey.append(.pending, write.orderID, to: &command) }
        _ = redis.send(command, handler: self, tag: Self.takenBack)
    }

    private static func isRefused(_ write: Write) -> Bool {
        write.kind == .createOrder && write.outcome != .accepted && !write.isRepeated
    }

    private func takeBackRepeated(of batch: WriteBatch, _ redis: RedisClient) {
        for write in batch.writes where write.isRepeated {
            guard shownAgain.remove(write.orderID) != nil, write.outcome != .accepted else { continue }
            command.removeAll()
            command.append(decimal: 1)
            OrderKey.append(.pending, write.orderID, to: &command)
            command.append(write.payload.of(batch.jobs.bytes))
            _ = redis.send(.takeBack, command, handler: self, tag: Self.takenBack)
        }
    }

    /// An error, or no answer, changes nothing for the client: the order is safe in the queue.
    func redisReplied(_ reply: borrowing RedisReply, tag: UInt64) {
        guard tag != Self.takenBack else { return }
        health?.newOrdersReplied(reply)
        var number = tag
        if tag > Self.firstRepeat, let (batch, order) = repeats.removeValue(forKey: tag) {
            if reply.kind == .status { shownAgain.insert(order) }
            number = batch
        }
        guard let left = unanswered[number] else { return }
        unanswered[number] = left == 1 ? nil : left - 1
        guard left == 1, !decided.isEmpty, let (batch, finish) = decided.removeValue(forKey: number) else { return }
        finish(batch)
    }
}
