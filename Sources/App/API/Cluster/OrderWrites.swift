import Cache
import Ingest
import Metrics
import Orders
import Queue
import Reactor

/// Updates and deletes on one loop: takes the order's lock in Redis, finds the order, queues the job, and shows the
/// write when it is durable. Only then does the client get its 202, and the next write begin.
///
/// Without Redis a write is accepted unseen: the queue alone gives the order of writes then.
final class OrderWrites: RedisReplyHandler, TimerHandler {
    /// Longer than a write can take: the lock's end by itself is for a process that has died.
    private static let lockMilliseconds: UInt64 = 10_000
    /// How long a write waits until it may begin. With the queue's own limit behind it, nobody waits for five seconds.
    private static let lockWaitMilliseconds = 2_000
    /// Between two attempts to get a lock that another loop has.
    private static let retryMilliseconds = 4...12
    private static let maxLostLocks = 10_000
    private static let tooLate = "another write to this order is under way; nothing was stored"

    private enum Asked {
        /// Redis was asked for the lock of this order, and for the order.
        case begin(UUID)
        /// Redis was asked to show this write, which the queue has accepted.
        case finish(Write)
    }

    private let loop: EventLoop
    private let ingest: Ingest
    private let answers: Answers
    private let redis: RedisClient?
    private let reads: DatabaseReads
    private let ttlSeconds: Int
    private var queues = OrderChangeQueues()
    private var command = RedisCommand()
    private var order = ByteBuffer()
    private var decoder = OrderDecoder(maximumBodyBytes: 1 << 20)
    private var random = SystemRandomNumberGenerator()
    private var inFlight = InFlightTable<Asked>()
    private var retries: [TimerID: UUID] = [:]
    /// Locks that couldn't be given back to Redis when the write was over.
    private var lostLocks: [(id: UUID, lock: UInt64)] = []

    init(
        loop: EventLoop, ingest: Ingest, answers: Answers, redis: RedisClient?, reads: DatabaseReads, ttlSeconds: Int
    ) {
        self.loop = loop
        self.ingest = ingest
        self.answers = answers
        self.redis = redis
        self.reads = reads
        self.ttlSeconds = ttlSeconds
    }

    /// Changes that are not in the queue's hands yet.
    var waitingCount: Int { queues.waitingCount }

    func add(_ id: UUID, _ kind: OrderChange.Kind, _ token: ResponseToken) {
        let deadline = loop.now.advanced(byMilliseconds: Self.lockWaitMilliseconds)
        if queues.add(id, OrderChange(kind: kind, token: token, deadline: deadline)) { lock(id) }
    }

    // MARK: The lock and the order

    private func lock(_ id: UUID) {
        guard let entry = queues.current(of: id) else { return }
        guard loop.now < entry.change.deadline else { return shed(id, .orderLocked, Self.tooLate) }
        releaseLostLocks()
        let token = UInt64.random(in: 1 ... .max, using: &random)
        command.begin(.beginWrite)
        command.append(key: .lock, id)
        command.append(key: .pending, id)
        command.append(key: .detail, id)
        command.append(key: .marks)
        command.append(decimal: token)
        command.append(decimal: Self.lockMilliseconds)
        command.append(uuid: id)
        if ask(.begin(id)) { queues.setLock(token, of: id) } else { queue(id, base: nil) }
    }

    /// Sends the command; false when Redis can't be reached.
    private func ask(_ question: Asked) -> Bool {
        guard let redis else { return false }
        let script: CacheScript =
            switch question {
            case .begin: .beginWrite
            case .finish: .finishWrite
            }
        let tag = inFlight.begin(question)
        if redis.send(script, command, handler: self, tag: tag) { return true }
        _ = inFlight.take(tag)
        return false
    }

    func redisReplied(_ reply: borrowing RedisReply, tag: UInt64) {
        switch inFlight.take(tag) {
        case .begin(let id): begun(id, reply)
        case .finish(let write): finished(write, reply)
        // The answer to a lock that was given back.
        case nil: break
        }
    }

    private func begun(_ id: UUID, _ reply: borrowing RedisReply) {
        guard let entry = queues.current(of: id), entry.step == .locking else {
            preconditionFailure("a change went on without its lock")
        }
        switch reply.kind {
        case .integer: retry(id)
        case .array where reply.count == 3: locked(id, entry, reply)
        default:
            // Whether Redis holds the lock isn't known.
            lose(id, entry.lock)
            queues.setLock(0, of: id)
            queue(id, base: nil)
        }
    }

    private func retry(_ id: UUID) {
        queues.setLock(0, of: id)
        let pause = Int.random(in: Self.retryMilliseconds, using: &random)
        retries[loop.schedule(afterMilliseconds: pause, self)] = id
    }

    func timerFired(_ timer: TimerID) {
        if let id = retries.removeValue(forKey: timer) { lock(id) }
    }

    private func locked(_ id: UUID, _ entry: OrderChangeQueues.Entry, _ reply: borrowing RedisReply) {
        let mark = reply[2]
        if entry.change.isUpdate, mark.kind == .string, mark.bytes.first == UInt8(ascii: "d") {
            return fail(id, .conflict, "the order is being deleted")
        }
        for index in 0..<2 {
            let found = reply[index]
            guard found.kind == .string, let status = canonical(found.bytes, id) else { continue }
            return queue(id, base: OrderBase(order: order.bytes, status: status, stamp: 0))
        }
        queues.move(id, to: .reading)
        reads.readAlone(id, .write(id))
    }

    /// Leaves the order in `order` as we write it; the replaced service, which may share this Redis, puts spaces
    /// between its fields. Returns the status' range; nil when this is not an order.
    private func canonical(_ bytes: UnsafeRawBufferPointer, _ id: UUID) -> ByteRange? {
        order.removeAll()
        order.append(bytes)
        if let status = OrderJSON.statusRange(in: order.bytes) { return status }
        var body = ByteBuffer()
        swap(&body, &order)
        let decoded = try? decoder.decodeOrder(body.bytes, id: id, into: &order)
        return decoded?.status
    }

    /// The database has told the order.
    func read(_ id: UUID, _ outcome: ReadOutcome, _ body: UnsafeRawBufferPointer) {
        switch outcome {
        case .order(let cached):
            queue(id, base: OrderBase(order: body, status: cached.status, stamp: 0))
        case .notFound: fail(id, .notFound, "no such order")
        case .failed, .page, .key: shed(id, .reads, "the database can't be read now; nothing was stored")
        }
    }

    // MARK: The queue

    private func queue(_ id: UUID, base: OrderBase?) {
        guard let entry = queues.current(of: id) else { return }
        let job: UUID
        switch entry.change.kind {
        case .update(let status):
            job = status.withUnsafeBytes { ingest.update(id, status: $0, base: base, token: entry.change.token) }
        case .delete: job = ingest.delete(id, base: base, token: entry.change.token)
        }
        queues.move(id, to: .queued(job))
    }

    /// The queue has decided about `write`.
    func settled(_ write: Write, of batch: WriteBatch) {
        let id = write.orderID
        guard let entry = queues.current(of: id), entry.step == .queued(write.jobID) else {
            preconditionFailure("an outcome of a write that was not queued")
        }
        guard write.outcome == .accepted else {
            answers.answer(write)
            unlock(id, entry.lock)
            return next(id)
        }
        if entry.lock != 0, let base = batch.base(of: write), publish(write, base, batch, entry.lock) {
            queues.move(id, to: .finishing)
        } else {
            lose(id, entry.lock)
            answers.answer(write)
            next(id)
        }
    }

    private func publish(_ write: Write, _ base: OrderBase, _ batch: WriteBatch, _ lock: UInt64) -> Bool {
        let isUpdate = write.kind == .updateOrderStatus
        let deleting: StaticString = "\"deleting\""
        let status =
            isUpdate
            ? write.payload.of(batch.jobs.bytes)
            : UnsafeRawBufferPointer(start: deleting.utf8Start, count: deleting.utf8CodeUnitCount)
        command.begin(.finishWrite)
        command.append(key: .lock, write.orderID)
        command.append(key: .early, write.orderID)
        command.append(key: .pending, write.orderID)
        command.append(key: .marks)
        command.append(decimal: lock)
        command.beginArgument()
        command.appendPiece(isUpdate ? "u" : "d")
        command.appendPiece(write.jobID)
        command.endArgument()
        command.beginArgument()
        command.appendPiece(UnsafeRawBufferPointer(rebasing: base.order[..<Int(base.status.start)]))
        command.appendPiece(status)
        command.appendPiece(UnsafeRawBufferPointer(rebasing: base.order[base.status.end...]))
        command.endArgument()
        command.append(decimal: UInt64(ttlSeconds))
        command.append(uuid: write.orderID)
        return ask(.finish(write))
    }

    /// Redis has shown the write, or not: either way it is in the queue.
    private func finished(_ write: Write, _ reply: borrowing RedisReply) {
        let id = write.orderID
        guard let entry = queues.current(of: id), entry.step == .finishing else {
            preconditionFailure("a change ended before it was shown")
        }
        if reply.kind == .unknown { lose(id, entry.lock) }
        answers.answer(write)
        next(id)
    }

    // MARK: The end

    private func fail(_ id: UUID, _ status: HTTPStatus, _ sentence: String) {
        guard let entry = queues.current(of: id) else { return }
        answers.fail(status, sentence, to: entry.change.token)
        unlock(id, entry.lock)
        next(id)
    }

    private func shed(_ id: UUID, _ reason: ShedReason, _ sentence: String) {
        guard let entry = queues.current(of: id) else { return }
        answers.shed(reason, sentence, to: entry.change.token)
        unlock(id, entry.lock)
        next(id)
    }

    private func unlock(_ id: UUID, _ lock: UInt64) {
        guard lock != 0, let redis else { return }
        command.begin(.endWrite)
        command.append(key: .lock, id)
        command.append(decimal: lock)
        if !redis.send(.endWrite, command, handler: self, tag: InFlightTag.nobody) { lose(id, lock) }
    }

    /// Notes a lock that Redis may still hold. It would end by itself, but until then it keeps other writes waiting.
    private func lose(_ id: UUID, _ lock: UInt64) {
        if lock != 0 && lostLocks.count < Self.maxLostLocks { lostLocks.append((id, lock)) }
    }

    private func releaseLostLocks() {
        guard !lostLocks.isEmpty, redis?.isConnected == true else { return }
        let lost = lostLocks
        lostLocks.removeAll()
        for (id, lock) in lost { unlock(id, lock) }
    }

    /// Begins the next change of the order. Changes whose time is over are refused in this loop: if each called the
    /// next, a long queue would use up the stack.
    private func next(_ id: UUID) {
        while queues.end(id), let entry = queues.current(of: id) {
            if loop.now < entry.change.deadline { return lock(id) }
            answers.shed(.orderLocked, Self.tooLate, to: entry.change.token)
        }
    }
}
