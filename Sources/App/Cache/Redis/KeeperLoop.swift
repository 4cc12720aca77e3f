import Logging
import Reactor

/// The keeper's thread: takes repairs from its mailbox, sends them in pipelined steps that don't hold Redis up, and lets the
/// workers go when Redis has answered or is given up.
final class KeeperLoop: EventHandler, TimerHandler, RedisReplyHandler, RedisObserver {
    /// Writes of one step: Redis does nothing else for as long as it takes, some 200 microseconds.
    private static let writesPerStep = 128
    /// After an outage: writes that are under way at a time.
    private static let backlogWrites = 16_384
    private static let maxBacklog = 1_000_000
    private static let backlogTag = UInt64.max
    private static let resendMilliseconds = 100

    private let loop: EventLoop
    private let mailbox: Mailbox<CacheKeeper.Message>
    private let redis: RedisClient
    private let ttlSeconds: Int
    /// nil where event loops tell how the cache is.
    private let reporter: PartReporter?
    private let logger: Logger
    private var messages: [CacheKeeper.Message] = []
    private var command = RedisCommand()
    private var backlog = RepairBacklog(limit: KeeperLoop.maxBacklog)
    /// Requests under way, by tag, with the answers that are still to come.
    private var requests: [UInt64: (request: RepairRequest, answers: Int)] = [:]
    private var lastTag: UInt64 = 0
    /// Of the backlog, under way: what goes back if Redis is given up, and the answers that are still to come.
    private var isResendScheduled = false
    private var resent: (writes: [AppliedWrite], listChanged: Bool, answers: Int, isLost: Bool)?

    init(
        mailbox: Mailbox<CacheKeeper.Message>, endpoint: RedisEndpoint, fence: RedisFence, ttlSeconds: Int,
        reporter: PartReporter?,
        logger: Logger
    ) throws {
        loop = try EventLoop()
        self.mailbox = mailbox
        self.ttlSeconds = ttlSeconds
        self.reporter = reporter
        self.logger = logger
        var settings = RedisSettings()
        settings.scripts = CacheScripts.all
        redis = try RedisClient(loop: loop, endpoint: endpoint, settings: settings, fence: fence)
        redis.observer = self
        _ = try loop.register(mailbox.descriptor, .read, self)
    }

    func run() {
        redis.start()
        loop.run()
        redis.close()
    }

    func descriptorReady(_ ready: Readiness) {
        mailbox.drain(into: &messages)
        for message in messages {
            switch message {
            case .repair(let request): start(request)
            case .stop: loop.stop()
            }
        }
        messages.removeAll(keepingCapacity: true)
    }

    func redisStateChanged(_ state: RedisState) {
        switch state {
        case .connected:
            reporter?.report(failure: nil)
            resend()
        case .down(let reason): reporter?.report(failure: reason)
        }
    }

    // MARK: Requests

    private func start(_ request: RepairRequest) {
        // What waits already goes first: it is older.
        guard redis.isConnected, backlog.isEmpty, resent == nil else { return putOff(request) }
        lastTag += 1
        let answers = send(request.writes, request.listChanged, tag: lastTag)
        if answers == 0 { putOff(request) } else { requests[lastTag] = (request, answers) }
    }

    private func putOff(_ request: RepairRequest) {
        let before = backlog.forgotten
        backlog.append(request.writes, listChanged: request.listChanged)
        if before == 0 && backlog.forgotten > 0 {
            logger.error(
                "Redis has been away for too long: orders that were applied may be shown as pending after its return")
        }
        request.finish()
        // Redis may be there and refuse, because it loads its data or has no room: then nothing else would try again.
        if redis.isConnected { resendLater() }
    }

    private func resendLater() {
        guard !isResendScheduled else { return }
        isResendScheduled = true
        loop.schedule(afterMilliseconds: Self.resendMilliseconds, self)
    }

    func timerFired(_ timer: TimerID) {
        isResendScheduled = false
        resend()
    }

    /// Returns how many answers are to come; 0: nothing was sent, or not all of it.
    private func send(_ writes: [AppliedWrite], _ listChanged: Bool, tag: UInt64) -> Int {
        var answers = 0
        var start = 0
        while start < writes.count {
            let end = min(writes.count, start + Self.writesPerStep)
            guard let more = send(writes[start..<end], tag: tag) else { return 0 }
            answers += more
            start = end
        }
        guard listChanged else { return answers }
        command.removeAll()
        command.append("INCR")
        command.append("orders:list:version")
        return redis.send(command, handler: self, tag: tag) ? answers + 1 : 0
    }

    /// What was created goes first: the other writes to an order come after its creation anyhow. nil: not all was sent.
    private func send(_ step: ArraySlice<AppliedWrite>, tag: UInt64) -> Int? {
        let created = step.count(where: \.isCreation)
        var answers = 0
        if created > 0 {
            command.removeAll()
            command.append(decimal: UInt64(created))
            for write in step where write.isCreation { OrderKey.append(.pending, write.orderID, to: &command) }
            command.append(decimal: UInt64(ttlSeconds))
            guard redis.send(.created, command, handler: self, tag: tag) else { return nil }
            answers += 1
        }
        if created < step.count {
            command.removeAll()
            command.append(decimal: 0)
            command.append(decimal: UInt64(ttlSeconds))
            for write in step where !write.isCreation { append(write) }
            guard redis.send(.applied, command, handler: self, tag: tag) else { return nil }
            answers += 1
        }
        return answers
    }

    private func append(_ write: AppliedWrite) {
        switch (write.kind, write.outcome) {
        case (.createOrder, .applied): preconditionFailure("a creation is told by its key alone")
        case (.createOrder, .rejected), (.createOrder, .missing): command.append("n")
        case (.updateOrderStatus, .applied): command.append("u")
        case (.deleteOrder, .applied), (_, .missing): command.append("x")
        case (_, .rejected): command.append("r")
        }
        command.append(uuid: write.orderID)
        command.append(uuid: write.jobID)
    }

    // MARK: Answers

    func redisReplied(_ reply: borrowing RedisReply, tag: UInt64) {
        let isLost = reply.kind == .unknown || reply.kind == .error
        switch reply.kind {
        case .error: reporter?.report(failure: String(decoding: reply.bytes, as: UTF8.self))
        // Of a connection that was lost, which is told of by itself.
        case .unknown: break
        default: reporter?.report(failure: nil)
        }
        if tag == Self.backlogTag { return resentReplied(isLost) }
        guard let (request, answers) = requests[tag] else { return }
        if isLost {
            requests[tag] = nil
            return putOff(request)
        }
        requests[tag] = answers == 1 ? nil : (request, answers - 1)
        if answers == 1 { request.finish() }
    }

    /// Sends the next part of what had to wait.
    private func resend() {
        guard resent == nil, !backlog.isEmpty, redis.isConnected else { return }
        let (writes, listChanged) = backlog.take(Self.backlogWrites)
        let answers = send(writes, listChanged, tag: Self.backlogTag)
        if answers == 0 {
            backlog.append(writes, listChanged: listChanged)
        } else {
            resent = (writes, listChanged, answers, false)
        }
    }

    private func resentReplied(_ isLost: Bool) {
        guard var part = resent else { return }
        part.answers -= 1
        part.isLost = part.isLost || isLost
        guard part.answers == 0 else {
            resent = part
            return
        }
        resent = nil
        if part.isLost {
            // Repairs may be done again, and in another order than that of other orders' writes.
            backlog.append(part.writes, listChanged: part.listChanged)
            resendLater()
        } else {
            resend()
        }
    }
}

extension AppliedWrite {
    fileprivate var isCreation: Bool { kind == .createOrder && outcome == .applied }
}
