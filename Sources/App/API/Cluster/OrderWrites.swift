import Cache
import Ingest
import Metrics
import Orders
import Queue
import Reactor

/// Updates and deletes on one loop: takes the order's lock in Redis, finds the order, queues the job under a version
/// above the order's, and shows the write when it is durable. Only then does the client get its 202, and the next write
/// begin.
///
/// Without Redis a write is accepted unseen. Then its version is that of the clock alone.
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
    private let state: CacheState
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
        loop: EventLoop, ingest: Ingest, answers: Answers, redis: RedisClient?, reads: DatabaseReads, state: CacheState,
        ttlSeconds: Int
    ) {
        self.loop = loop
        self.ingest = ingest
        self.answers = answers
        self.redis = redis
        self.reads = reads
        self.state = state
        self.ttlSeconds = ttlSeconds
    }

    /// Changes that are not in the queue's hands yet.
    var waitingCount: Int { queues.waitingCount }

    func add(_ change: OrderChange) {
        if queues.add(change, deadline: loop.now.advanced(byMilliseconds: Self.lockWaitMilliseconds)) {
            lock(change.id)
        }
    }

    // MARK: The lock and the order

    private func lock(_ id: UUID) {
        guard let entry = queues.current(of: id) else { return }
        guard loop.now < entry.deadline else { return shed(id, .orderLocked, Self.tooLate) }
        releaseLostLocks()
        let token = UInt64.random(in: 1 ... .max, using: &random)
        state.look()
        command.begin(.beginWrite)
        command.append(key: .lock, id)
        command.append(key: .pending, id)
        command.append(key: .pendingVersion, id)
        command.append(decimal: token)
        command.append(decimal: Self.lockMilliseconds)
        if ask(.begin(id)) {
            queues.setLock(token, of: id)
        } else if state.mayBeBackSoon {
            retry(id)
        } else {
            queueUnseen(id)
        }
    }

    /// Sends the command; false when Redis can't be reached.
    private func ask(_ question: Asked) -> Bool {
        guard let redis else { return false }
        let script: CacheScript
        switch question {
        case .begin: script = .beginWrite
        case .finish: script = .show
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
        case .array where reply.count == 4: locked(id, entry, reply)
        default:
            // Whether Redis holds the lock isn't known.
            lose(id, entry.lock)
            queues.setLock(0, of: id)
            if state.mayBeBackSoon { retry(id) } else { queueUnseen(id) }
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
        let shown = PendingVersion(reply[1].bytes, of: id)
        let pending = pending(id, reply[0], shown)
        queues.locked(
            id, atMicroseconds: Self.microseconds(reply[2].bytes, reply[3].bytes), pending, known: shown.version)
        if let pending, state.trust.mayShow(shown, nowMilliseconds: state.nowMilliseconds) {
            return queue(id, pending)
        }
        queues.move(id, to: .reading)
        reads.readAlone(id, .write(id))
    }

    /// What Redis shows of the order; nil for nothing that could be the base of a write.
    private func pending(_ id: UUID, _ reply: borrowing RedisReply, _ shown: PendingVersion) -> PendingBase? {
        guard reply.kind == .string, !state.trust.isErased(id, shown.version), let status = canonical(reply.bytes, id)
        else { return nil }
        return PendingBase(
            order: [UInt8](order.bytes), status: status, version: shown.version, isDeleting: shown.isDeleting)
    }

    private static func microseconds(_ seconds: UnsafeRawBufferPointer, _ rest: UnsafeRawBufferPointer) -> UInt64 {
        let digits = { (bytes: UnsafeRawBufferPointer) in UInt64(String(decoding: bytes, as: UTF8.self)) ?? 0 }
        return digits(seconds) * 1_000_000 + digits(rest)
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

    /// The database has told the order, perhaps because what Redis shows may be over.
    func read(_ id: UUID, _ outcome: ReadOutcome, _ body: UnsafeRawBufferPointer) {
        guard let entry = queues.current(of: id) else { return }
        let pending = entry.pending
        switch outcome {
        case .order(let found) where found.version >= pending?.version ?? .none:
            queue(id, OrderBase(order: body, status: found.status), found.version)
        case .missing(let since) where pending.map { since > .none && since >= $0.version } ?? true:
            fail(id, .notFound, Answers.noSuchOrder)
        case .order, .missing:
            // Pending indeed.
            if let pending { queue(id, pending) }
        case .failed, .page, .key: shed(id, .reads, "the database can't be read now; nothing was stored")
        }
    }

    // MARK: The queue

    private func queue(_ id: UUID, _ pending: PendingBase) {
        if pending.isDeleting, queues.current(of: id)?.change.isDelete == false {
            return fail(id, .conflict, "the order is being deleted")
        }
        pending.order.withUnsafeBytes { queue(id, OrderBase(order: $0, status: pending.status), pending.version) }
    }

    private func queue(_ id: UUID, _ base: OrderBase, _ version: OrderVersion) {
        guard let entry = queues.current(of: id) else { return }
        if let condition = entry.change.condition, !condition.matches(version) {
            return fail(id, .preconditionFailed, Answers.otherVersion)
        }
        // Redis may know of a newer write than it shows, and than the database has.
        let newest = max(version, entry.known)
        // By Redis' clock, because the instances' may differ.
        let next =
            entry.lockedAtMicroseconds.map { max(newest.next, OrderVersion(microsecondsSince1970: $0)) }
            ?? ingest.makeVersion(above: newest)
        queue(id, entry.change, next, base: base)
    }

    /// Without having seen the order.
    private func queueUnseen(_ id: UUID) {
        guard let entry = queues.current(of: id) else { return }
        guard entry.change.condition == nil else {
            if redis == nil { return fail(id, .notImplemented, Answers.noVersions) }
            return shed(id, .claims, "Redis can't be asked for the order's version now; nothing was stored")
        }
        queue(id, entry.change, ingest.makeVersion(above: OrderVersion(ofCreation: id)), base: nil)
    }

    private func queue(_ id: UUID, _ change: OrderChange, _ version: OrderVersion, base: OrderBase?) {
        let job =
            change.newStatus?.withUnsafeBytes {
                ingest.update(id, status: $0, version, base: base, token: change.token)
            } ?? ingest.delete(id, version, base: base, token: change.token)
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
        command.begin(.show)
        command.append(key: .lock, write.orderID)
        command.append(key: .pending, write.orderID)
        command.append(key: .pendingVersion, write.orderID)
        command.append(decimal: lock)
        command.beginArgument()
        command.appendPieces { $0.append(hex: write.version) }
        command.appendPiece(isUpdate ? "u" : "d")
        command.endArgument()
        command.beginArgument()
        command.appendPiece(UnsafeRawBufferPointer(rebasing: base.order[..<Int(base.status.start)]))
        command.appendPiece(status)
        command.appendPiece(UnsafeRawBufferPointer(rebasing: base.order[base.status.end...]))
        command.endArgument()
        command.append(decimal: UInt64(ttlSeconds))
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
            if loop.now < entry.deadline { return lock(id) }
            answers.shed(.orderLocked, Self.tooLate, to: entry.change.token)
        }
    }
}
