import Health
import Logging
import Orders
import Reactor
import Store

/// The keeper's thread: takes repairs from its mailbox, sends them in pipelined steps that don't hold Redis up, and
/// lets the workers go when Redis has answered or is given up.
final class CacheUpdaterLoop: EventHandler, TimerHandler, RedisReplyHandler, RedisObserver {
    /// How many writes Redis is told in one step. It does nothing else during a step, some 200 microseconds.
    private static let writesPerStep = 128
    /// After an outage: how many writes of the backlog are in flight at a time.
    private static let backlogWrites = 16_384
    private static let maxBacklog = 1_000_000
    private static let resendMilliseconds = 100

    /// What Redis was told, in one command or more.
    private struct Told {
        enum Origin {
            /// A worker waits for the answers.
            case worker(RepairRequest)
            /// Goes back to the backlog if Redis is given up.
            case backlog(writes: [AppliedWrite], listChanged: Bool)
        }

        let origin: Origin
        /// How many answers are still to come.
        var answers = 0
        /// Redis refused one of the commands, or was given up.
        var isLost = false
    }

    private let loop: EventLoop
    private let mailbox: Mailbox<CacheUpdater.Message>
    private let redis: RedisClient
    private let ttlSeconds: Int
    /// nil where event loops report how the cache is.
    private let reporter: DependencyReporter?
    private let logger: Logger
    private var messages: [CacheUpdater.Message] = []
    private var command = RedisCommand()
    private var backlog = RepairBacklog(limit: CacheUpdaterLoop.maxBacklog)
    private var inFlight = InFlightTable<Told>()
    /// A part of the backlog is in flight.
    private var isResending = false
    /// The timer for the next part runs.
    private var isResendScheduled = false

    init(
        mailbox: Mailbox<CacheUpdater.Message>, endpoint: RedisEndpoint, fence: RedisFence, ttlSeconds: Int,
        reporter: DependencyReporter?, logger: Logger
    ) throws {
        loop = try EventLoop()
        self.mailbox = mailbox
        self.ttlSeconds = ttlSeconds
        self.reporter = reporter
        self.logger = logger
        var settings = RedisSettings()
        settings.scripts = CacheScript.sources
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
        guard redis.isConnected, backlog.isEmpty, !isResending else { return putOff(request) }
        if !tell(request.writes, request.listChanged, for: .worker(request)) { putOff(request) }
    }

    /// Returns false when not all of it was sent; answers to the part that was sent then find nothing in flight.
    private func tell(_ writes: [AppliedWrite], _ listChanged: Bool, for origin: Told.Origin) -> Bool {
        var told = Told(origin: origin)
        let tag = inFlight.begin(told)
        told.answers = send(writes, listChanged, tag: tag)
        if told.answers == 0 {
            _ = inFlight.take(tag)
            return false
        }
        inFlight.set(told, of: tag)
        return true
    }

    private func putOff(_ request: RepairRequest) {
        let before = backlog.forgotten
        backlog.append(request.writes, listChanged: request.listChanged)
        if before == 0 && backlog.forgotten > 0 {
            logger.error(
                "Redis has been away for too long: orders that were applied may be shown as pending after its return")
        }
        request.finish()
        // Redis may be there and refuse, because it has no room: then nothing else would try again.
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

    /// Returns how many answers are to come; 0 when not all of it was sent.
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
        command.append(key: .listVersion)
        return redis.send(command, handler: self, tag: tag) ? answers + 1 : 0
    }

    /// Returns how many answers are to come; nil when not all of it was sent.
    ///
    /// What was read of an order goes before what is pending of it ends: otherwise a reader could be shown the former
    /// in between.
    private func send(_ step: ArraySlice<AppliedWrite>, tag: UInt64) -> Int? {
        let answers = [
            sendCreated(step, tag: tag), sendOutdated(step, tag: tag), sendSettled(step, tag: tag),
            sendUnversioned(step, tag: tag),
        ]
        return answers.contains(nil) ? nil : answers.reduce(0) { $0 + ($1 ?? 0) }
    }

    private func sendCreated(_ step: ArraySlice<AppliedWrite>, tag: UInt64) -> Int? {
        let count = step.count(where: \.isCreation)
        guard count > 0 else { return 0 }
        command.begin(.created, keys: count)
        for case .settled(let write) in step where write.isCreation { command.append(key: .pending, write.orderID) }
        command.append(decimal: UInt64(ttlSeconds))
        return redis.send(.created, command, handler: self, tag: tag) ? 1 : nil
    }

    /// All but creations: nothing was read of an order before it was there.
    private func sendOutdated(_ step: ArraySlice<AppliedWrite>, tag: UInt64) -> Int? {
        guard step.contains(where: { !$0.isCreation }) else { return 0 }
        command.begin(.outdated)
        command.append(decimal: CacheLife.versionMilliseconds)
        for write in step where !write.isCreation {
            command.append(uuid: write.orderID)
            command.append(version: write.version)
        }
        return redis.send(.outdated, command, handler: self, tag: tag) ? 1 : nil
    }

    private func sendSettled(_ step: ArraySlice<AppliedWrite>, tag: UInt64) -> Int? {
        guard step.contains(where: \.isSettledChange) else { return 0 }
        command.begin(.settled, shownForSeconds: ttlSeconds)
        for case .settled(let write) in step where !write.isCreation { command.append(write) }
        return redis.send(.settled, command, handler: self, tag: tag) ? 1 : nil
    }

    private func sendUnversioned(_ step: ArraySlice<AppliedWrite>, tag: UInt64) -> Int? {
        guard step.contains(where: { !$0.isCreation && !$0.isSettledChange }) else { return 0 }
        command.begin(.appliedUnversioned, shownForSeconds: ttlSeconds)
        for case .unversioned(let write) in step {
            switch write.outcome {
            case .updated: command.append("u")
            case .gone: command.append("x")
            case .refused: command.append("r")
            }
            command.append(uuid: write.orderID)
            command.append(uuid: write.jobID)
            command.append(version: write.version)
        }
        return redis.send(.appliedUnversioned, command, handler: self, tag: tag) ? 1 : nil
    }

    // MARK: Answers

    func redisReplied(_ reply: borrowing RedisReply, tag: UInt64) {
        let isLost = reply.kind == .unknown || reply.kind == .error
        switch reply.kind {
        case .error: reporter?.report(failure: String(decoding: reply.bytes, as: UTF8.self))
        // The connection was lost, which the client reports by itself.
        case .unknown: break
        default: reporter?.report(failure: nil)
        }
        guard var told = inFlight.value(of: tag) else { return }
        told.answers -= 1
        told.isLost = told.isLost || isLost
        // A worker doesn't wait for the other answers once one is lost.
        if case .worker = told.origin, told.isLost { told.answers = 0 }
        guard told.answers == 0 else { return inFlight.set(told, of: tag) }
        _ = inFlight.take(tag)
        switch told.origin {
        case .worker(let request): if told.isLost { putOff(request) } else { request.finish() }
        case .backlog(let writes, let listChanged): resent(writes, listChanged, isLost: told.isLost)
        }
    }

    /// Sends the next part of what had to wait.
    private func resend() {
        guard !isResending, !backlog.isEmpty, redis.isConnected else { return }
        let (writes, listChanged) = backlog.take(Self.backlogWrites)
        isResending = tell(writes, listChanged, for: .backlog(writes: writes, listChanged: listChanged))
        if !isResending { backlog.append(writes, listChanged: listChanged) }
    }

    private func resent(_ writes: [AppliedWrite], _ listChanged: Bool, isLost: Bool) {
        isResending = false
        if isLost {
            // Repairs may be done again, and in another order than that of other orders' writes.
            backlog.append(writes, listChanged: listChanged)
            resendLater()
        } else {
            resend()
        }
    }
}

extension AppliedWrite {
    fileprivate var isCreation: Bool { if case .settled(let write) = self { write.isCreation } else { false } }

    fileprivate var isSettledChange: Bool { if case .settled(let write) = self { !write.isCreation } else { false } }

    fileprivate var orderID: UUID {
        switch self {
        case .settled(let write): write.orderID
        case .unversioned(let write): write.orderID
        }
    }

    fileprivate var version: OrderVersion {
        switch self {
        case .settled(let write): write.version
        case .unversioned(let write): write.version
        }
    }
}
