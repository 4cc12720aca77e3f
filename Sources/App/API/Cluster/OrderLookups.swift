import Cache
import Metrics
import Orders
import Reactor
import Store

/// Looks orders up in Redis: all that a turn asks for in one MGET, four keys each, and the version of the newest reset.
///
/// What Redis shows as pending, and may not be the truth (``CacheTrust``), is checked against the database before it is
/// shown, and settled there and then.
final class OrderLookups: RedisReplyHandler {
    private enum Asked {
        case orders([OrderQuestion])
        /// Redis was told that what it shows is over.
        case settle(PendingOrder, found: CachedOrder?, body: [UInt8])
    }

    private static let keysPerOrder = 4

    private let redis: RedisClient?
    private let reads: DatabaseReads
    private let answers: Answers
    private let state: CacheState
    private let ttlSeconds: Int
    private var command = RedisCommand()
    private var questions: [OrderQuestion] = []
    /// What Redis hasn't answered.
    private var inFlight = InFlightTable<Asked>()
    /// Arrays for the questions of later turns.
    private var spares: [[OrderQuestion]] = []
    private var checked = CheckedOrders()

    init(redis: RedisClient?, reads: DatabaseReads, answers: Answers, state: CacheState, ttlSeconds: Int) {
        self.redis = redis
        self.reads = reads
        self.answers = answers
        self.state = state
        self.ttlSeconds = ttlSeconds
    }

    func get(_ question: OrderQuestion) {
        guard let redis, redis.isConnected else { return getUncached(question) }
        questions.append(question)
    }

    private func getUncached(_ question: OrderQuestion) {
        answers.metrics.readOrder(from: .database)
        var question = question
        question.isUnsure = redis != nil
        reads.getUncached(question)
    }

    func flush() {
        guard let redis, !questions.isEmpty else { return }
        command.removeAll()
        command.append("MGET")
        command.append(key: .reset)
        for question in questions {
            command.append(key: .pending, question.id)
            command.append(key: .pendingVersion, question.id)
            command.append(key: .detail, question.id)
            command.append(key: .detailVersion, question.id)
        }
        let tag = inFlight.begin(.orders(questions))
        questions = spares.popLast() ?? []
        guard !redis.send(command, handler: self, tag: tag) else { return }
        if case .orders(let questions) = inFlight.take(tag) { for question in questions { getUncached(question) } }
    }

    func redisReplied(_ reply: borrowing RedisReply, tag: UInt64) {
        switch inFlight.take(tag) {
        case .orders(let questions): found(questions, reply)
        case .settle(let pending, let found, let body): settled(pending, found, body, reply)
        case nil: preconditionFailure("an answer to no question")
        }
    }

    private func found(_ asked: [OrderQuestion], _ reply: borrowing RedisReply) {
        var asked = asked
        if reply.kind == .array && reply.count == 1 + Self.keysPerOrder * asked.count {
            state.note(reset: reply[0].bytes)
            let trust = state.trust
            let now = state.nowMilliseconds
            for (index, question) in asked.enumerated() {
                answer(question, reply, 1 + Self.keysPerOrder * index, trust, now)
            }
        } else {
            for question in asked { getUncached(question) }
        }
        asked.removeAll(keepingCapacity: true)
        spares.append(asked)
    }

    private func answer(
        _ question: OrderQuestion, _ reply: borrowing RedisReply, _ first: Int, _ trust: CacheTrust, _ now: UInt64
    ) {
        var question = question
        question.isUnsure = trust.isRecovering(nowMilliseconds: now)
        let shown = PendingVersion(reply[first + 1].bytes, of: question.id)
        if reply[first].kind == .string && !trust.isErased(question.id, shown.version) {
            let order = reply[first].bytes
            let mayShow =
                trust.mayShow(shown, nowMilliseconds: now)
                || !shown.isSettled && checked.contains(question.id, shown.version, now: state.now)
            if mayShow {
                answers.metrics.readOrder(from: .pending)
                return answers.send(order: order, shown.version, to: question)
            }
            return check(PendingOrder(question: question, version: shown.version, order: [UInt8](order)))
        }
        let detailVersion = OrderVersion(hex: reply[first + 3].bytes)
        if reply[first + 2].kind == .string, let detailVersion, !trust.isErased(question.id, detailVersion),
            trust.mayShow(read: detailVersion, nowMilliseconds: now)
        {
            answers.metrics.readOrder(from: .cached)
            return answers.send(order: reply[first + 2].bytes, detailVersion, to: question)
        }
        answers.metrics.readOrder(from: .database)
        let floor = max(shown.isSettled ? shown.version : .none, detailVersion ?? .none)
        reads.get(question, floor: floor)
    }

    // MARK: What may be over

    private func check(_ pending: PendingOrder) {
        answers.metrics.readOrder(from: .pending)
        reads.check(pending)
    }

    /// The database has told what it knows of an order that Redis shows as pending.
    func read(_ pending: PendingOrder, _ outcome: ReadOutcome, _ body: [UInt8]) {
        switch outcome {
        case .order(let found) where found.version >= pending.version: settle(pending, found, body)
        case .missing(let since) where since > .none && since >= pending.version: settle(pending, nil, [])
        default:
            // Pending indeed, or nobody can tell now.
            if outcome != .failed { checked.insert(pending.question.id, pending.version, now: state.now) }
            answers.send(pending)
        }
    }

    private func settle(_ pending: PendingOrder, _ found: CachedOrder?, _ body: [UInt8]) {
        let write = SettledWrite(
            orderID: pending.question.id, version: found?.version ?? pending.version,
            isShown: found?.version == pending.version)
        command.begin(.settled, shownForSeconds: ttlSeconds)
        command.append(write)
        let tag = inFlight.begin(.settle(pending, found: found, body: body))
        if redis?.send(.settled, command, handler: self, tag: tag) == true { return }
        _ = inFlight.take(tag)
        answer(pending, found, body)
    }

    private func settled(
        _ pending: PendingOrder, _ found: CachedOrder?, _ body: [UInt8], _ reply: borrowing RedisReply
    ) {
        // Something newer is pending by now, or an instance of an earlier version of the service has changed the order.
        if reply.kind == .integer && reply.integer > 0 { return answers.send(pending) }
        answer(pending, found, body)
    }

    private func answer(_ pending: PendingOrder, _ found: CachedOrder?, _ body: [UInt8]) {
        guard let found else { return answers.failMissing(pending.question) }
        body.withUnsafeBytes { answers.send(order: $0, found.version, to: pending.question) }
    }
}

/// An order as Redis shows it, while the database is asked whether that is still so.
struct PendingOrder {
    let question: OrderQuestion
    let version: OrderVersion
    let order: [UInt8]
}

extension Answers {
    fileprivate func send(_ pending: PendingOrder) {
        pending.order.withUnsafeBytes { send(order: $0, pending.version, to: pending.question) }
    }
}
